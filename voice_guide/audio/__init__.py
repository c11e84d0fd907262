"""The audio format inside the program, and the faults that sound can have."""
