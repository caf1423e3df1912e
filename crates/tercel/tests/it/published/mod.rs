//! Published values, one paper or data set a file.

mod admiralonco;
mod eisenhauer2009recist;
mod lencioni2010mrecist;
