"""A parcel service: what is handed in is delivered by a worker, and counted by a clock."""
