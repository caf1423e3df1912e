//! Report contents as data: sections, tables, figures.
