"""`python -m limner_training.export NETWORK ...`: writes what ships (module NETWORK_export, `main(argv)`)."""
import importlib
import sys

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    importlib.import_module(f"limner_training.{sys.argv[1]}_export").main(sys.argv[2:])
