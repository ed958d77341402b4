//! The text that Prometheus reads.

use std::fmt::{Display, Write};

use super::histogram::Histogram;

/// A page of numbers in the text format of Prometheus, version 0.0.4.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// Names and values by which numbers of the same name are told apart.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

/// What a number does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It only rises.
    Counter,
    /// It rises and falls.
    Gauge,
    /// It says how often something took how long.
    Histogram,
}

impl Page {
    /// Begins the numbers of a name.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// Writes a number.
    pub(super) fn number(&mut self, name: &str, labels: Labels<'_>, value: impl Display) {
        self.0.push_str(name);
        self.labels(labels, None);
        self.line(format_args!(" {value}"));
    }

    /// Writes the one number that there is of a name.
    pub(super) fn single(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.number(name, &[], value);
    }

    /// Writes how often something took how long.
    pub(super) fn histogram(&mut self, name: &str, labels: Labels<'_>, of: &Histogram) {
        for (bound, count) in of.up_to() {
            self.bucket(name, labels, &bound.as_secs_f64().to_string(), count);
        }
        self.bucket(name, labels, "+Inf", of.count());
        self.number(&format!("{name}_sum"), labels, of.sum().as_secs_f64());
        self.number(&format!("{name}_count"), labels, of.count());
    }

    /// Returns the text.
    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn bucket(&mut self, name: &str, labels: Labels<'_>, bound: &str, count: u64) {
        self.0.push_str(name);
        self.0.push_str("_bucket");
        self.labels(labels, Some(bound));
        self.line(format_args!(" {count}"));
    }

    fn labels(&mut self, labels: Labels<'_>, bound: Option<&str>) {
        let bound = bound.map(|bound| ("le", bound));
        let mut before = '{';
        for (name, value) in labels.iter().copied().chain(bound) {
            self.0.push(before);
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.value(value);
            self.0.push('"');
            before = ',';
        }
        if before == ',' {
            self.0.push('}');
        }
    }

    fn value(&mut self, value: &str) {
        for character in value.chars() {
            match character {
                '\\' => self.0.push_str("\\\\"),
                '"' => self.0.push_str("\\\""),
                '\n' => self.0.push_str("\\n"),
                character => self.0.push(character),
            }
        }
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        writeln!(self.0, "{text}").ok();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn numbers_are_written_as_the_format_says() {
        let mut page = Page::default();
        page.single("a_total", Kind::Counter, "Letters.", 3);
        page.number("b", &[("pool", "c\"p\\u\n"), ("type", "x")], 0.5);
        assert_eq!(
            page.into_text(),
            "# HELP a_total Letters.\n# TYPE a_total counter\na_total 3\n\
             b{pool=\"c\\\"p\\\\u\\n\",type=\"x\"} 0.5\n"
        );
    }

    #[test]
    fn a_histogram_ends_with_all_and_their_sum() {
        const BOUNDS: [Duration; 1] = [Duration::from_millis(1)];
        let mut histogram = Histogram::new(&BOUNDS);
        histogram.add(Duration::from_micros(500));
        histogram.add(Duration::from_millis(1_500));
        let mut page = Page::default();
        page.histogram("h", &[("p", "q")], &histogram);
        assert_eq!(
            page.into_text(),
            "h_bucket{p=\"q\",le=\"0.001\"} 1\nh_bucket{p=\"q\",le=\"+Inf\"} 2\n\
             h_sum{p=\"q\"} 1.5005\nh_count{p=\"q\"} 2\n"
        );
    }
}
