"""What was done, and how it felt: kept on this device, readable by nobody else."""
