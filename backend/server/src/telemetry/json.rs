//! One JSON object for each line, the fields of its spans among its own.
//!
//! The line's own field wins over one of the same name in a span, and an inner
//! span over an outer one: a name never stands twice in a line, which is where
//! the formatters at hand make lines that strict readers refuse.

use std::fmt;
use std::io::Write as _;

use boothline_domain::clock::{Clock as _, SystemClock};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Writes every event as one line of JSON.
pub(super) struct FlatJson<W> {
    writer: W,
}

impl<W> FlatJson<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer }
    }
}

/// The fields of a span, kept with it until it closes.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl<S, W> Layer<S> for FlatJson<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(Fields(fields)) = span.extensions().get::<Fields>() {
                line.0.extend(fields.clone());
            }
        }
        event.record(&mut line);
        let metadata = event.metadata();
        line.insert("timestamp", SystemClock.now().to_rfc3339().into());
        line.insert("level", metadata.level().as_str().into());
        line.insert("target", metadata.target().into());
        let mut text = Value::Object(line.0).to_string();
        text.push('\n');
        // A full disk or a closed pipe must not stop the booth.
        let _ = self.writer.make_writer_for(metadata).write_all(text.as_bytes());
    }
}

impl Fields {
    fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field.name(), value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.insert(field.name(), value.to_string().into());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(work: impl FnOnce()) -> Vec<Value> {
        let page = Page::default();
        let writer = page.clone();
        let layer = FlatJson::new(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_carries_the_ids_of_its_spans() {
        let lines = written(|| {
            let request = tracing::info_span!("request", request.id = "r-1", job.id = tracing::field::Empty);
            let _entered = request.enter();
            request.record("job.id", 7);
            tracing::info!(elapsed_ms = 12_u64, "Accepted");
        });
        assert_eq!(lines[0]["request.id"], "r-1");
        assert_eq!(lines[0]["job.id"], 7);
        assert_eq!(lines[0]["elapsed_ms"], 12);
        assert_eq!(lines[0]["message"], "Accepted");
        assert_eq!(lines[0]["level"], "INFO");
    }

    #[test]
    fn a_name_stands_once_in_a_line_and_the_nearest_wins() {
        let page = Page::default();
        let writer = page.clone();
        let layer = FlatJson::new(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("outer", job.id = 1).entered();
            tracing::info!(job.id = 2, "Rendered");
        });
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches("job.id").count(), 1, "{text}");
        assert!(text.contains("\"job.id\":2"), "{text}");
    }
}
