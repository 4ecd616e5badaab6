"""Real wheels by pip and by conc: the trees must be alike. Driven by test/differential/, not by unittest."""
