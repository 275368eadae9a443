"""From CTC posteriors to words with times and confidences, and from events to a transcript."""
