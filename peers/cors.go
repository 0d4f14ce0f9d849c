// Prints the nanoseconds that two CORS middleware for Go add to each request in the folder that is given, over the
// same handler without them. `go` beside this file runs it.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	jub0bs "github.com/jub0bs/cors"
	rs "github.com/rs/cors"
)

func main() {
	origins := []string{
		"https://site1.example", "https://site2.example", "https://site3.example", "https://site4.example",
	}
	methods := []string{"GET", "PUT", "DELETE"}
	headers := []string{"authorization", "content-type"}
	exposed := []string{"x-request-id", "etag"}
	const maxAge = 600

	bare := http.NewServeMux()
	bare.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
	})
	jub0bsCORS, err := jub0bs.NewMiddleware(jub0bs.Config{
		Origins:         origins,
		Credentialed:    true,
		Methods:         methods,
		RequestHeaders:  headers,
		ResponseHeaders: exposed,
		MaxAgeInSeconds: maxAge,
	})
	if err != nil {
		log.Fatal(err)
	}
	rsCORS := rs.New(rs.Options{
		AllowedOrigins:   origins,
		AllowCredentials: true,
		AllowedMethods:   methods,
		AllowedHeaders:   headers,
		ExposedHeaders:   exposed,
		MaxAge:           maxAge,
	})
	for _, middleware := range []struct {
		name    string
		handler http.Handler
	}{
		{"jub0bs/cors", jub0bsCORS.Wrap(bare)},
		{"rs/cors", rsCORS.Handler(bare)},
	} {
		for kind, request := range requests(os.Args[1]) {
			checkOrigin(middleware.handler, kind, request)
			rounds := make([]float64, 21)
			for round := range rounds {
				rounds[round] = nanoseconds(middleware.handler, request) - nanoseconds(bare, request)
			}
			slices.Sort(rounds)
			fmt.Printf("%s\t%s\t%.1f\n", middleware.name, kind, rounds[len(rounds)/2])
		}
	}
}

// The requests by their kinds, which are the names of the files.
func requests(folder string) map[string]*http.Request {
	entries, err := os.ReadDir(folder)
	if err != nil {
		log.Fatal(err)
	}
	requests := map[string]*http.Request{}
	for _, entry := range entries {
		file, err := os.Open(filepath.Join(folder, entry.Name()))
		if err != nil {
			log.Fatal(err)
		}
		request, err := http.ReadRequest(bufio.NewReader(file))
		if err != nil {
			log.Fatal(err)
		}
		requests[entry.Name()] = request
	}
	return requests
}

func checkOrigin(handler http.Handler, kind string, request *http.Request) {
	expected := ""
	if kind == "allowed" || kind == "preflight, allowed" {
		expected = request.Header.Get("Origin")
	}
	w := &writer{header: http.Header{}}
	handler.ServeHTTP(w, request)
	if found := w.header.Get("Access-Control-Allow-Origin"); found != expected {
		log.Fatalf("%s: %q is allowed instead of %q", kind, found, expected)
	}
}

// The time of a request. There are enough to include the work of the garbage collector.
func nanoseconds(handler http.Handler, request *http.Request) float64 {
	const requests = 50_000
	runtime.GC()
	start := processorTime()
	for range requests {
		handler.ServeHTTP(&writer{header: http.Header{}}, request)
	}
	return float64(processorTime()-start) / requests
}

// Unlike the clock's time, it leaves out what other programs take.
func processorTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// Each response has a map of its own, as in a server.
type writer struct{ header http.Header }

func (w *writer) Header() http.Header { return w.header }

func (w *writer) Write(bytes []byte) (int, error) { return len(bytes), nil }

func (w *writer) WriteHeader(int) {}
