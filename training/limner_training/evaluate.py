"""`python -m limner_training.evaluate NETWORK ...`: prints a network's figures (module NETWORK_evaluate, `main(argv)`)."""
import importlib
import sys

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    importlib.import_module(f"limner_training.{sys.argv[1]}_evaluate").main(sys.argv[2:])
