"""Classical models, by name: estimators of scikit-learn, XGBoost and LightGBM, trained on a few hundred made rows."""

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import make_classification, make_regression
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.mixture import GaussianMixture
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

FEATURES = 5


def classes(count):
    return make_classification(
        200, FEATURES, n_informative=4, n_redundant=0, n_classes=count, n_clusters_per_class=1, random_state=count
    )


def numbers(targets=1):
    features, values = make_regression(200, FEATURES, n_targets=targets, noise=5, random_state=7)
    return features, values / 50


def few(data):
    """Few rows, for models that keep them."""
    return data[0][:40], data[1][:40]


def named(data):
    """Classes that are called by texts."""
    return data[0], np.array(["ash", "beech", "cedar"])[data[1]]


def positive(data):
    return np.abs(data[0]), data[1]


def with_gaps(data):
    features = data[0].copy()
    features[np.random.default_rng(3).random(features.shape) < 0.2] = np.nan
    return features, data[1]


def whole(data):
    """Features that are categories: 0 to 3."""
    return np.clip(np.round(np.abs(data[0])), 0, 3), data[1]


THREE, TWO, ONE, TARGETS = classes(3), classes(2), numbers(), numbers(2)
SEED = {"random_state": 0}
FEW = {"n_estimators": 5, **SEED}

# Name: estimator, what it is trained on. Data with NaN, whole or positive features are tried with such.
MODELS = {
    "decision-tree": (DecisionTreeClassifier(max_depth=4, **SEED), THREE),
    "decision-tree-two": (DecisionTreeClassifier(max_depth=3, **SEED), TWO),
    "decision-tree-values": (DecisionTreeRegressor(max_depth=4, **SEED), ONE),
    "decision-tree-targets": (DecisionTreeRegressor(max_depth=3, **SEED), TARGETS),
    "extra-tree": (ExtraTreeClassifier(max_depth=4, **SEED), THREE),
    "random-forest": (RandomForestClassifier(max_depth=4, **FEW), THREE),
    "random-forest-two": (RandomForestClassifier(max_depth=4, **FEW), TWO),
    "random-forest-values": (RandomForestRegressor(max_depth=4, **FEW), ONE),
    "random-forest-targets": (RandomForestRegressor(max_depth=3, **FEW), TARGETS),
    "random-forest-gaps": (RandomForestClassifier(max_depth=4, **FEW), with_gaps(THREE)),
    "extra-trees": (ExtraTreesClassifier(max_depth=4, **FEW), THREE),
    "extra-trees-values": (ExtraTreesRegressor(max_depth=4, **FEW), ONE),
    "gradient-boosting": (GradientBoostingClassifier(max_depth=2, **FEW), THREE),
    "gradient-boosting-two": (GradientBoostingClassifier(max_depth=2, **FEW), TWO),
    "gradient-boosting-values": (GradientBoostingRegressor(max_depth=2, **FEW), ONE),
    "histogram-boosting": (HistGradientBoostingClassifier(max_iter=5, max_depth=3, **SEED), THREE),
    "histogram-boosting-two": (HistGradientBoostingClassifier(max_iter=5, max_depth=3, **SEED), with_gaps(TWO)),
    "histogram-boosting-values": (HistGradientBoostingRegressor(max_iter=5, max_depth=3, **SEED), with_gaps(ONE)),
    "isolation-forest": (IsolationForest(n_estimators=3, max_samples=16, **SEED), THREE),
    "ada-boost": (AdaBoostClassifier(DecisionTreeClassifier(max_depth=2, **SEED), **FEW), THREE),
    "ada-boost-values": (AdaBoostRegressor(DecisionTreeRegressor(max_depth=2, **SEED), **FEW), ONE),
    "bagging": (BaggingClassifier(DecisionTreeClassifier(max_depth=3, **SEED), n_estimators=3, **SEED), THREE),
    "random-forest-names": (RandomForestClassifier(max_depth=3, **FEW), named(THREE)),
    "random-forest-two-names": (RandomForestClassifier(max_depth=3, **FEW), named(TWO)),
    "logistic-names": (LogisticRegression(), named(THREE)),
    "svc-names": (SVC(), few(named(THREE))),
    "gaussian-nb-names": (GaussianNB(), named(THREE)),
    "neighbors-names": (KNeighborsClassifier(3), few(named(THREE))),
    "logistic": (LogisticRegression(), THREE),
    "logistic-two": (LogisticRegression(), TWO),
    "logistic-rest": (OneVsRestClassifier(LogisticRegression()), THREE),
    "one-vs-one": (OneVsOneClassifier(LogisticRegression()), THREE),
    "linear-svc": (LinearSVC(**SEED), THREE),
    "linear-svc-two": (LinearSVC(**SEED), TWO),
    "ridge-classifier": (RidgeClassifier(), THREE),
    "perceptron": (Perceptron(**SEED), THREE),
    "sgd": (SGDClassifier(loss="log_loss", **SEED), THREE),
    "sgd-hinge": (SGDClassifier(**SEED), TWO),
    "linear": (LinearRegression(), ONE),
    "linear-targets": (LinearRegression(), TARGETS),
    "ridge": (Ridge(), ONE),
    "lasso": (Lasso(0.1), ONE),
    "elastic-net": (ElasticNet(0.1), ONE),
    "bayesian-ridge": (BayesianRidge(), ONE),
    "poisson": (PoissonRegressor(), (ONE[0], np.abs(ONE[1]))),
    "linear-svr": (LinearSVR(**SEED), ONE),
    "svc-linear": (SVC(kernel="linear"), few(THREE)),
    "svc-poly": (SVC(kernel="poly", degree=3, coef0=0.5), few(THREE)),
    "svc-poly-4": (SVC(kernel="poly", degree=4, coef0=0.5), few(TWO)),
    "svc-rbf": (SVC(), few(THREE)),
    "svc-rbf-two": (SVC(), few(TWO)),
    "svc-sigmoid": (SVC(kernel="sigmoid", gamma=0.1), few(THREE)),
    "svc-probability": (SVC(probability=True, **SEED), few(THREE)),
    "svc-probability-two": (SVC(kernel="linear", probability=True, **SEED), few(TWO)),
    "nu-svc": (NuSVC(nu=0.3), few(THREE)),
    "nu-svc-probability": (NuSVC(nu=0.3, kernel="poly", probability=True, **SEED), few(THREE)),
    "svr": (SVR(), few(ONE)),
    "svr-poly": (SVR(kernel="poly", degree=2), few(ONE)),
    "svr-linear": (SVR(kernel="linear"), few(ONE)),
    "nu-svr": (NuSVR(), few(ONE)),
    "one-class-svm": (OneClassSVM(nu=0.2), few(THREE)),
    "mlp": (MLPClassifier([8], max_iter=300, **SEED), THREE),
    "mlp-two": (MLPClassifier([6, 4], activation="tanh", max_iter=300, **SEED), TWO),
    "mlp-values": (MLPRegressor(hidden_layer_sizes=[8], activation="logistic", max_iter=300, **SEED), ONE),
    "neighbors": (KNeighborsClassifier(3), few(THREE)),
    "neighbors-cdist": (KNeighborsClassifier(3), few(THREE)),
    "neighbors-distance": (KNeighborsClassifier(3, weights="distance"), few(THREE)),
    "neighbors-values": (KNeighborsRegressor(3), few(ONE)),
    "local-outliers": (LocalOutlierFactor(5, novelty=True), few(THREE)),
    "gaussian-nb": (GaussianNB(), THREE),
    "bernoulli-nb": (BernoulliNB(binarize=0.1), THREE),
    "multinomial-nb": (MultinomialNB(), positive(THREE)),
    "complement-nb": (ComplementNB(), positive(THREE)),
    "linear-discriminant": (LinearDiscriminantAnalysis(), THREE),
    "quadratic-discriminant": (QuadraticDiscriminantAnalysis(), THREE),
    "gaussian-mixture": (GaussianMixture(2, **SEED), THREE),
    "gaussian-process": (GaussianProcessRegressor(RBF(), alpha=0.1), few(ONE)),
    "k-means": (KMeans(3, n_init=1, **SEED), THREE),
    "mini-batch-k-means": (MiniBatchKMeans(3, n_init=1, **SEED), THREE),
    "voting": (VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft", flatten_transform=False), THREE),
    "voting-hard": (VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], flatten_transform=False), THREE),
    "voting-values": (VotingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=3, **SEED))]), ONE),
    "stacking": (StackingClassifier([("a", LogisticRegression()), ("b", GaussianNB())]), THREE),
    "calibrated": (CalibratedClassifierCV(LinearSVC(**SEED), cv=2), THREE),
    "pca": (PCA(3, **SEED), THREE),
    "truncated-svd": (TruncatedSVD(3, **SEED), THREE),
    "pls": (PLSRegression(2), TARGETS),
    "standard-scaler": (make_pipeline(StandardScaler(), LogisticRegression()), THREE),
    "min-max-scaler": (make_pipeline(MinMaxScaler(), RandomForestClassifier(max_depth=3, **FEW)), THREE),
    "max-abs-scaler": (make_pipeline(MaxAbsScaler(), SVC()), few(THREE)),
    "robust-scaler": (make_pipeline(RobustScaler(), Ridge()), ONE),
    "normalizer-l1": (make_pipeline(Normalizer("l1"), LogisticRegression()), THREE),
    "normalizer-l2": (make_pipeline(Normalizer("l2"), LogisticRegression()), THREE),
    "normalizer-max": (make_pipeline(Normalizer("max"), LogisticRegression()), positive(THREE)),
    "imputer": (make_pipeline(SimpleImputer(), LogisticRegression()), with_gaps(THREE)),
    "imputer-number": (make_pipeline(SimpleImputer(missing_values=0.0, strategy="median"), Ridge()), whole(ONE)),
    "binarizer": (make_pipeline(Binarizer(threshold=0.2), LogisticRegression()), THREE),
    "select": (make_pipeline(SelectKBest(k=3), LogisticRegression()), THREE),
    "pca-pipeline": (make_pipeline(StandardScaler(), PCA(3, **SEED), SVC(probability=True, **SEED)), few(THREE)),
    "polynomial": (make_pipeline(PolynomialFeatures(2), Ridge()), ONE),
    "power": (make_pipeline(PowerTransformer(), LogisticRegression()), THREE),
    "bins": (make_pipeline(KBinsDiscretizer(3, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), LogisticRegression()), THREE),
    "one-hot": (make_pipeline(OneHotEncoder(handle_unknown="ignore", sparse_output=False), LogisticRegression()), whole(THREE)),
    "ordinal": (make_pipeline(OrdinalEncoder(), DecisionTreeClassifier(max_depth=3, **SEED)), whole(THREE)),
    "columns": (
        make_pipeline(
            ColumnTransformer([("a", StandardScaler(), [0, 2]), ("b", MinMaxScaler(), [1, 4])], remainder="passthrough"),
            RandomForestClassifier(max_depth=3, **FEW),
        ),
        THREE,
    ),
}


def boosted():
    """Models of XGBoost and LightGBM."""
    from lightgbm import LGBMClassifier, LGBMRegressor
    from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier

    few = {"n_estimators": 4, "max_depth": 3, "random_state": 0}
    light = {**few, "verbose": -1, "min_child_samples": 5}
    return {
        "xgboost": (XGBClassifier(**few), THREE),
        "xgboost-two": (XGBClassifier(**few), TWO),
        "xgboost-two-gaps": (XGBClassifier(**few), with_gaps(TWO)),
        "xgboost-values": (XGBRegressor(**few), ONE),
        "xgboost-gaps": (XGBRegressor(**few), with_gaps(ONE)),
        "xgboost-forest": (XGBRFClassifier(**few), TWO),
        "xgboost-logistic": (XGBRegressor(objective="reg:logistic", **few), (ONE[0], 1 / (1 + np.exp(-ONE[1])))),
        "xgboost-counts": (XGBRegressor(objective="count:poisson", **few), (ONE[0], np.abs(np.round(ONE[1])))),
        "lightgbm": (LGBMClassifier(**light), THREE),
        "lightgbm-two": (LGBMClassifier(**light), TWO),
        "lightgbm-gaps": (LGBMClassifier(**light), with_gaps(TWO)),
        "lightgbm-values": (LGBMRegressor(**light), ONE),
        "lightgbm-random-forest": (LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.7, **light), ONE),
        "lightgbm-categories": (LGBMRegressor(**light), (np.column_stack([whole(ONE)[0][:, :2], ONE[0][:, 2:]]), ONE[1])),
    }
