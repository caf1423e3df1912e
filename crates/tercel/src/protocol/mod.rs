//! The trial protocol: typed, checked, every assumption named.
