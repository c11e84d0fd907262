"""The rehearsal: synthetic voices say every sentence, and the live recognition hears them."""
