//! Measures that can be repeated on a machine with other work to do.

use std::{env, fmt, fs, io, path::Path, process::Command, time::Duration};

/// The median and the quartiles of several rounds.
pub(crate) struct Spread {
    low: f64,
    median: f64,
    high: f64,
    decimals: usize,
}

impl Spread {
    /// It is printed with that many decimals.
    pub(crate) fn of(rounds: impl IntoIterator<Item = f64>, decimals: usize) -> Self {
        let mut rounds: Vec<f64> = rounds.into_iter().collect();
        rounds.sort_by(f64::total_cmp);
        let quarter = |quarters: usize| rounds[(rounds.len() - 1) * quarters / 4];
        Self { low: quarter(1), median: quarter(2), high: quarter(3), decimals }
    }

    pub(crate) fn median(&self) -> f64 {
        self.median
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, median, high, decimals } = self;
        write!(f, "{median:.decimals$} ({low:.decimals$} to {high:.decimals$})")
    }
}

/// The lower quartile of the times of several rounds. What disturbs a measurement only makes it longer, so this is nearly
/// the same in each run.
pub(crate) fn undisturbed(rounds: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(rounds, 0).low
}

/// Runs this program several times, one after another, and gives the lines of numbers that each prints. Where the parts of
/// a program lie in memory changes its speed by up to a fifth, so the times of one process do not reproduce.
pub(crate) fn in_processes(processes: usize, arguments: &[&str]) -> io::Result<Vec<Vec<Vec<f64>>>> {
    let run = |_| {
        let output = Command::new(env::current_exe()?).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "a process that measures failed: {output:?}");
        let number = |number: &str| number.parse().map_err(io::Error::other);
        text.lines().map(|line| line.split(' ').map(number).collect()).collect()
    };
    (0..processes).map(run).collect()
}

/// Prints a line for [`in_processes`].
pub(crate) fn print_numbers(numbers: impl IntoIterator<Item = f64>) {
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    println!("{}", numbers.join(" "));
}

/// The processor time of all threads of this process. Unlike the clock's time, it leaves out what other programs take.
pub(crate) fn processor_time() -> io::Result<Duration> {
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task")? {
        sum += Duration::from_nanos(read(thread?.path().join("schedstat"), 0)?);
    }
    Ok(sum)
}

/// How often this thread has got a processor. If the number stays the same, the thread was not interrupted.
pub(crate) fn turns() -> io::Result<u64> {
    read("/proc/thread-self/schedstat", 2)
}

/// One of the numbers that Linux counts for a thread.
fn read(path: impl AsRef<Path>, place: usize) -> io::Result<u64> {
    let text = fs::read_to_string(path)?;
    let number = text.split_whitespace().nth(place).and_then(|number| number.parse().ok());
    number.ok_or_else(|| io::Error::other("there is no such number"))
}
