//! A Parquet file as rows of text, like those of a CSV.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use csv::StringRecord;
use jiff::Timestamp;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::{Type, TypePtr};

use super::SheetError;

/// An open file.
pub(super) struct Rows {
    file: SerializedFileReader<File>,
    names: Vec<String>,
    columns: Vec<TypePtr>,
}

impl Rows {
    /// Opens a file. Columns of lists and groups are no factors and are left out.
    pub(super) fn open(file: File) -> Result<Self, SheetError> {
        let file = SerializedFileReader::new(file).map_err(unreadable)?;
        let schema = file.metadata().file_metadata().schema().get_fields();
        let columns: Vec<TypePtr> =
            schema.iter().filter(|column| column.is_primitive()).cloned().collect();
        let names = columns.iter().map(|column| column.name().to_owned()).collect();
        Ok(Self { file, names, columns })
    }

    /// The names of its columns.
    pub(super) fn header(&self) -> StringRecord {
        StringRecord::from(self.names.clone())
    }

    /// Hands over each row with its number from 1; only these columns are read, others are empty.
    pub(super) fn each(
        &self,
        wanted: &[usize],
        mut take: impl FnMut(&StringRecord, u64) -> Result<(), SheetError>,
    ) -> Result<(), SheetError> {
        let name = self.file.metadata().file_metadata().schema().name();
        let columns = wanted.iter().map(|place| self.columns[*place].clone()).collect();
        let projection = Type::group_type_builder(name).with_fields(columns).build();
        let rows = self.file.get_row_iter(Some(projection.map_err(unreadable)?));
        let nanos: Vec<bool> = wanted.iter().map(|place| is_nanos(&self.columns[*place])).collect();
        let mut texts = vec![String::new(); self.names.len()];
        for (row, number) in rows.map_err(unreadable)?.zip(1..) {
            read(&row.map_err(unreadable)?, wanted, &nanos, &mut texts);
            take(&StringRecord::from(texts.as_slice()), number)?;
        }
        Ok(())
    }
}

fn read(row: &Row, wanted: &[usize], nanos: &[bool], texts: &mut [String]) {
    for ((place, nanos), (_, field)) in wanted.iter().zip(nanos).zip(row.get_column_iter()) {
        texts[*place] = match field {
            Field::Long(at) if *nanos => time(i128::from(*at)),
            field => text(field),
        };
    }
}

/// Reads a file with a library that panics where some damaged files make no sense to it.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    let read = catch_unwind(AssertUnwindSafe(read));
    read.unwrap_or_else(|_| {
        let damaged = ParquetError::General("its parts do not fit together".to_owned());
        Err(unreadable(damaged))
    })
}

/// A value as a CSV would hold it; nothing where there is none.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::TimestampMillis(at) => time(1_000_000 * i128::from(*at)),
        Field::TimestampMicros(at) => time(1_000 * i128::from(*at)),
        Field::Date(days) => time(86_400_000_000_000 * i128::from(*days)),
        other => other.to_string(),
    }
}

/// A moment by its nanoseconds since 1970; as a number, which no time reads as, if there is none.
fn time(nanos: i128) -> String {
    Timestamp::from_nanosecond(nanos).map_or_else(|_| nanos.to_string(), |at| at.to_string())
}

fn is_nanos(column: &Type) -> bool {
    let logical = column.get_basic_info().logical_type_ref();
    matches!(logical, Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
}

fn unreadable(error: ParquetError) -> SheetError {
    SheetError::NoParquet(error)
}
