"""Every reference case of one or two groups against the estimators."""

import math
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis.estimators.assumptions import levene, shapiro_wilk
from cuttle.analysis.estimators.binomial import (
    clopper_pearson_interval,
    jeffreys_interval,
    quasi_binomial,
    variance_components,
    wilson_interval,
)
from cuttle.analysis.estimators.descriptive import describe, t_interval_from_summary
from cuttle.analysis.estimators.effects import cohens_d, effect_sizes
from cuttle.analysis.estimators.mixed_model import logit_normal
from cuttle.analysis.estimators.multiplicity import bonferroni
from cuttle.analysis.estimators.omnibus import anova
from cuttle.analysis.estimators.paired import paired_t, wilcoxon_signed_rank
from cuttle.analysis.estimators.permutation import permutation_test
from cuttle.analysis.estimators.power import (
    mde_anova,
    mde_paired,
    mde_two_sample,
    needed_two_sample,
    power_anova,
)
from cuttle.analysis.estimators.ranks import mann_whitney, prob_improvement_interval
from cuttle.analysis.estimators.two_sample import (
    Summary,
    student_from_summary,
    student_t,
    tost_welch,
    welch_from_summary,
    welch_t,
)

from .reference import FOLDER, Case, cases, check, check_fields

CLOSED = {"rel": 1e-10, "absolute": 1e-13}
PAIR = "03_two_sample"


@pytest.mark.parametrize("case", cases("01_descriptives"))
def test_description(case: Case) -> None:
    expected = dict(case["expected"])
    gap = expected.pop("optimality_gap_gamma1")

    result: Any = describe(case["x"])

    check_fields(result, expected, rel=1e-12, absolute=1e-14)
    check(result.optimality_gap, gap, rel=1e-12, absolute=1e-14)
    assert result.ci_outside_unit_interval == case["ci_outside_unit_interval"]


@pytest.mark.parametrize("case", cases("02_normality_variance", needs="x"))
def test_shapiro_wilk(case: Case) -> None:
    check_fields(shapiro_wilk(case["x"]), case["expected"], absolute=case["tol"]["abs"])


@pytest.mark.parametrize("case", cases("02_normality_variance", needs="groups"))
def test_levene(case: Case) -> None:
    tol = {"rel": case["tol"].get("rel", 0.0), "absolute": case["tol"].get("abs", 0.0)}
    check_fields(levene(case["groups"], case["center"]), case["expected"], **tol)


@pytest.mark.parametrize("case", cases(PAIR))
def test_t_tests_and_equivalence(case: Case) -> None:
    x, y, expected = case["x"], case["y"], case["expected"]

    check_fields(student_t(x, y), expected["student"], **CLOSED)
    check_fields(welch_t(x, y), {**expected["welch"], "diff": expected["diff"]}, **CLOSED)
    check_fields(tost_welch(x, y, 0.05), expected["tost_welch_0.05"], **CLOSED)


@pytest.mark.parametrize("case", cases(PAIR))
def test_mann_whitney(case: Case) -> None:
    check_fields(mann_whitney(case["x"], case["y"]), case["expected"]["mwu"], **CLOSED)


@pytest.mark.parametrize("case", cases(PAIR, needs="perm_welch_t"))
def test_exact_permutation(case: Case) -> None:
    x, y, expected = case["x"], case["y"], case["expected"]["perm_welch_t"]

    result: Any = permutation_test(x, y)

    check_fields(result, {"n_perm": expected["n_perm"], "p_global": expected["p_abs"]}, **CLOSED)


@pytest.mark.parametrize("case", cases(PAIR))
def test_effect_sizes(case: Case) -> None:
    names = ("cohens_d_pooled", "cohens_d_av", "glass_delta_second_as_control")
    names += ("hedges_J_exact", "hedges_g_exact", "hedges_g_approx")
    expected = case["expected"]

    result: Any = effect_sizes(case["x"], case["y"])

    check_fields(result, {name: expected[name] for name in names}, **CLOSED)
    d, g = expected["cohens_d_ci95_noncentral_t"], expected["hedges_g_ci95_noncentral_t"]
    assert [result.d_ci_low, result.d_ci_high] == pytest.approx(d, rel=5e-5)
    assert [result.g_ci_low, result.g_ci_high] == pytest.approx(g, rel=5e-5)


@pytest.mark.parametrize("case", cases("09_power"))
def test_power(case: Case) -> None:
    i, expected = case["inputs"], case["expected"]
    if i["kind"] == "mde_two_sample":
        check(mde_two_sample(i["n"], i["alpha"], i["power"]), expected["d"], rel=1e-4)
    elif i["kind"] == "n_required":
        needed = needed_two_sample(i["d"], i["alpha"], i["power"])
        check(needed.n_real, expected["n_real"], rel=1e-4)
        assert needed.n == expected["n"]
    elif i["kind"] == "mde_paired":
        check(mde_paired(i["n"], i["alpha"], i["power"]), expected["dz"], rel=1e-4)
    elif i["kind"] == "mde_anova":
        check(mde_anova(i["k"], i["n"], i["alpha"], i["power"]), expected["f"], rel=1e-4)
    else:
        assert i["kind"] == "power_anova"
        check(power_anova(i["f"], i["k"], i["n"], i["alpha"]), expected["power"], rel=1e-4)


@pytest.mark.parametrize("case", cases("10_binomial_counts", needs="wilson"))
def test_binomial_intervals(case: Case) -> None:
    functions = {
        "wilson": wilson_interval,
        "clopper_pearson": clopper_pearson_interval,
        "jeffreys": jeffreys_interval,
    }
    for name, function in functions.items():
        interval = function(case["wins"], case["games"])
        assert [interval.low, interval.high] == pytest.approx(case["expected"][name], abs=1e-9)


@pytest.mark.parametrize("case", cases("10_binomial_counts", needs="variance_components_mom"))
def test_variance_components(case: Case) -> None:
    for name, expected in case["expected"]["variance_components_mom"].items():
        check_fields(variance_components(case["wins"][name], case["games"]), expected, rel=1e-9)


@pytest.mark.parametrize("case", cases("10_binomial_counts", needs="glmm_lme4_nAGQ25"))
def test_logistic_models(case: Case) -> None:
    groups = {name: (wins, case["games"]) for name, wins in case["wins"].items()}
    expected = case["expected"]["glmm_lme4_nAGQ25"]

    mixed: Any = logit_normal(groups)
    quasi: Any = quasi_binomial(groups)

    assert mixed.coefficients == pytest.approx(expected["fixef"], rel=2e-3)
    assert mixed.standard_errors == pytest.approx(expected["se"], rel=2e-3)
    check(mixed.sd_run, expected["sd_run"], rel=2e-3)
    check(mixed.lrt_chi2, expected["lrt_chi2"], rel=2e-3)
    assert quasi.coefficients == pytest.approx(expected["quasi_coef"], rel=1e-8)
    assert quasi.standard_errors == pytest.approx(expected["quasi_se"], rel=1e-8)
    check(quasi.dispersion, expected["quasi_phi"], rel=1e-8)
    check(quasi.F, expected["quasi_F"], rel=1e-8)
    check(quasi.p, expected["quasi_F_p"], rel=1e-8)
    check(quasi.deviance, expected["glm_deviance"], rel=1e-8)
    check(quasi.null_deviance, expected["glm_null_deviance"], rel=1e-8)


@pytest.mark.parametrize("case", cases("11_paired"))
def test_paired(case: Case) -> None:
    expected = dict(case["expected"])
    wilcoxon = expected.pop("wilcoxon_signed_rank_R_exact_if_no_ties")

    check_fields(paired_t(case["x"], case["y"]), expected, rel=1e-9)
    check_fields(wilcoxon_signed_rank(case["x"], case["y"]), wilcoxon, rel=1e-9)


@pytest.mark.parametrize("case", cases("13_nist_strd"))
def test_certified_values_of_nist(case: Case) -> None:
    if "groups" in case:
        a: Any = anova(case["groups"])
        actual = {"F": a.F, "df_between": a.df1, "df_within": a.df2, "eta2": a.eta2}
        for name in ("ss_between", "ss_within", "ms_between", "ms_within", "residual_sd"):
            actual[name] = getattr(a, name)
    else:
        generator = case.get("generator")
        x = case["x"] if "x" in case else [generator["first"]]
        x = x + generator["then"] * generator["repeat"] if generator else x
        d: Any = describe(x)
        actual = {"mean": d.mean, "sd": d.sd}

    for name, certified in case["expected"].items():
        error = abs(actual[name] - certified) / abs(certified)
        digits = -math.log10(error) if error else math.inf
        assert digits >= case["min_log_relative_error"], name


@pytest.mark.parametrize("case", cases("15_doc_example"))
def test_example_whose_printed_p_values_are_wrong(case: Case) -> None:
    groups = {n: Summary(g["mean"], g["sd"], g["n"]) for n, g in case["groups"].items()}
    for name, expected in case["expected"]["ci"].items():
        g = groups[name]
        interval = t_interval_from_summary(g.mean, g.sd, g.n)
        assert [interval.low, interval.high] == pytest.approx(expected, rel=1e-9)
    for pair, expected in case["expected"]["pairs"].items():
        a, b = (groups[name] for name in pair.split("|"))
        student, welch = student_from_summary(a, b), welch_from_summary(a, b)
        check(student.p, expected["student_p"], rel=1e-9)
        check(welch.p, expected["welch_p"], rel=1e-9)
        check(welch.df, expected["welch_df"], rel=1e-9)
        check(bonferroni([student.p], family_size=3)[0], expected["bonferroni_p"], rel=1e-9)
        check(cohens_d(a, b), expected["d_pooled"], rel=1e-9)
        assert student.p != pytest.approx(expected["claimed_p"], rel=0.2)


@pytest.mark.parametrize("case", cases("17_poi_score_ci"))
def test_interval_of_the_probability_of_improvement(case: Case) -> None:
    interval = prob_improvement_interval(case["U"], case["n1"], case["n2"])

    assert [interval.low, interval.high] == pytest.approx(case["expected"]["ci95"], abs=1e-8)
    share = case["U"] / (case["n1"] * case["n2"])
    check(share, case["expected"]["prob_improvement"], rel=1e-12)


def test_every_file_of_numbers_has_its_tests() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")]

    for path in FOLDER.glob("*.json"):
        assert any(path.stem in text for text in texts), path.name
