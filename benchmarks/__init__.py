"""What Jobdeck costs at a hundred thousand, a million and ten million jobs, beside what others cost: `./deck bench`."""
