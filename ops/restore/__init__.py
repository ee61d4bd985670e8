"""`ops restore`: a copy of the database or of the sessions as they were, beside what runs. Nothing is overwritten."""
