//! The texts that options take: origins and names, one or a list of them.

use std::{borrow::Cow, rc::Rc, sync::Arc};

/// A text that is given as an origin. `build` checks what it says.
///
/// It is implemented for everything that is text: `&str`, `String`, `Cow<str>`, `Box<str>`, `Rc<str>`, `Arc<str>`,
/// [`HeaderValue`](https://docs.rs/http/1/http/header/struct.HeaderValue.html),
/// [`OriginPattern`](crate::OriginPattern), bytes, and references to them.
///
/// `As` tells the implementations apart, and the compiler infers it: `[u8]` for types that are
/// [`AsRef<[u8]>`](AsRef), and `str` for others.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the text of an origin",
    label = "expected one text, such as \"https://example.com\"",
    note = "a list goes to the plural method, such as `allow_origins`, and any origin is `allow_any_origin()`",
    note = "of `tower_http::cors::AllowOrigin`, `exact` is `allow_origin`, `list` is `allow_origins`, and `predicate` is `allow_origin_if`"
)]
pub trait OriginText<As: ?Sized> {
    /// The text. Bytes that are not UTF-8 become the replacement character, which no origin has.
    fn into_text(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<[u8]>> OriginText<[u8]> for T {
    fn into_text(self) -> String {
        String::from_utf8_lossy(self.as_ref()).into_owned()
    }
}

#[diagnostic::do_not_recommend]
impl OriginText<str> for Cow<'_, str> {
    fn into_text(self) -> String {
        self.into_owned()
    }
}

#[diagnostic::do_not_recommend]
impl OriginText<str> for Box<str> {
    fn into_text(self) -> String {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl OriginText<str> for Rc<str> {
    fn into_text(self) -> String {
        (*self).to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl OriginText<str> for Arc<str> {
    fn into_text(self) -> String {
        (*self).to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl<T: OriginText<str> + Clone> OriginText<str> for &T {
    fn into_text(self) -> String {
        self.clone().into_text()
    }
}

/// A list of origins: whatever iterates over texts that are an [`OriginText`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of origins",
    label = "expected a list of texts, such as [\"https://example.com\"]",
    note = "a single origin goes to the singular method, such as `allow_origin`, and any origin is `allow_any_origin()`"
)]
pub trait OriginTexts<As: ?Sized> {
    /// The texts, in their order.
    fn into_texts(self) -> Vec<String>;
}

#[diagnostic::do_not_recommend]
impl<I, As> OriginTexts<As> for I
where
    I: IntoIterator,
    I::Item: OriginText<As>,
    As: ?Sized,
{
    fn into_texts(self) -> Vec<String> {
        self.into_iter().map(OriginText::into_text).collect()
    }
}

/// The name of a method or a header: everything that is [`AsRef<str>`](AsRef). `build` checks what it says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the name of a method or a header",
    label = "expected one name, such as \"PUT\" or \"content-type\"",
    note = "a list goes to the plural method, such as `allow_methods`, and all of them are `allow_any_method()`, `allow_any_header()` or `expose_all_headers()`"
)]
pub trait NameText {
    /// The name.
    fn into_name(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> NameText for T {
    fn into_name(self) -> String {
        self.as_ref().to_owned()
    }
}

/// A list of names of methods or headers: whatever iterates over texts that are a [`NameText`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of the names of methods or headers",
    label = "expected a list of names, such as [\"PUT\", \"DELETE\"]",
    note = "a single name goes to the singular method, such as `allow_method`, and all of them are `allow_any_method()`, `allow_any_header()` or `expose_all_headers()`"
)]
pub trait NameTexts {
    /// The names, in their order.
    fn into_names(self) -> Vec<String>;
}

#[diagnostic::do_not_recommend]
impl<I> NameTexts for I
where
    I: IntoIterator,
    I::Item: NameText,
{
    fn into_names(self) -> Vec<String> {
        self.into_iter().map(NameText::into_name).collect()
    }
}
