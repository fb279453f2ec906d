"""Networks with the conventions of scikit-learn: estimators.py has the classes, and needs scikit-learn."""
