//! What reading all answers again made of the typed rows: a comparison with
//! how they were before, inside the same transaction.

use rusqlite::Connection;

/// The typed tables as they were.
#[derive(Debug)]
pub struct Before(Vec<Typed>);

#[derive(Debug)]
struct Typed {
    table: String,
    /// All but the payload, which may change without a reading changing.
    columns: String,
}

/// Remembers the typed rows in temporary tables.
pub fn before(connection: &Connection) -> rusqlite::Result<Before> {
    let mut statement = connection.prepare(
        "SELECT t.name, (SELECT group_concat(name, ', ') FROM pragma_table_info(t.name) WHERE name <> 'payload_id')
         FROM sqlite_schema AS t
         WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'payload_id')",
    )?;
    let typed = statement.query_map([], |row| {
        Ok(Typed {
            table: row.get(0)?,
            columns: row.get(1)?,
        })
    })?;
    let typed: Vec<Typed> = typed.collect::<rusqlite::Result<_>>()?;
    for Typed { table, columns } in &typed {
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE before_{table} AS SELECT {columns} FROM main.{table}"
        ))?;
    }
    Ok(Before(typed))
}

impl Before {
    /// Rows that are new, and rows that changed. Forgets what was remembered.
    pub fn differences(self, connection: &Connection) -> rusqlite::Result<(u32, u32)> {
        let (mut new, mut changed) = (0, 0);
        for Typed { table, columns } in self.0 {
            let (more, differ): (u32, u32) = connection.query_row(
                &format!(
                    "SELECT (SELECT count(*) FROM main.{table}) - (SELECT count(*) FROM temp.before_{table}),
                         (SELECT count(*) FROM (SELECT {columns} FROM main.{table}
                             EXCEPT SELECT {columns} FROM temp.before_{table}))"
                ),
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            connection.execute_batch(&format!("DROP TABLE temp.before_{table}"))?;
            new += more;
            changed += differ.saturating_sub(more);
        }
        Ok((new, changed))
    }
}
