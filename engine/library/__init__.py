"""What is kept between runs: enrolled people, readable by their owner alone."""
