//! Tumour response: lesions in, time-point and best overall response out.
