"""Numbers from numbers: arrays in, plain dataclasses out. Knows no runs, types or files.

A result that the data do not allow is a NotComputable with its reason. Differences are x minus y.
"""

from cuttle.analysis.estimators.aggregates import (
    aggregate_iqm,
    aggregate_mean,
    aggregate_median,
    aggregate_optimality_gap,
)
from cuttle.analysis.estimators.assumptions import levene, shapiro_wilk
from cuttle.analysis.estimators.binomial import (
    clopper_pearson_interval,
    jeffreys_interval,
    quasi_binomial,
    variance_components,
    wilson_interval,
)
from cuttle.analysis.estimators.bootstrap import (
    bootstrap_difference,
    bootstrap_interval,
    bootstrap_prob_improvement,
)
from cuttle.analysis.estimators.checks import check_groups
from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.curves import (
    aulc,
    aulc_simple_mean,
    best_minus_last,
    best_round,
    last_k_mean,
    max_t,
    rounds_to_threshold,
    rounds_to_threshold_sustained,
    t_band,
)
from cuttle.analysis.estimators.decision_tree import classical_pair, classical_tests
from cuttle.analysis.estimators.descriptive import (
    describe,
    iqm,
    logit_t_interval,
    optimality_gap,
    performance_profile,
    quartiles,
    t_interval,
    t_interval_from_summary,
)
from cuttle.analysis.estimators.effects import (
    cohens_d,
    cohens_d_interval,
    effect_band,
    effect_sizes,
)
from cuttle.analysis.estimators.mixed_model import logit_normal
from cuttle.analysis.estimators.multiplicity import (
    bonferroni,
    dunn,
    games_howell,
    holm,
    pairs_of,
    shaffer,
    tukey_hsd,
)
from cuttle.analysis.estimators.omnibus import (
    anova,
    brown_forsythe_anova,
    eta2_interval,
    kruskal_wallis,
    omega2_interval,
    welch_anova,
)
from cuttle.analysis.estimators.paired import (
    friedman,
    paired_t,
    repeated_anova,
    tost_paired,
    wilcoxon_signed_rank,
)
from cuttle.analysis.estimators.permutation import Permutation, permutation_test
from cuttle.analysis.estimators.power import (
    mde_anova,
    mde_paired,
    mde_two_sample,
    needed_anova,
    needed_paired,
    needed_two_sample,
    power_anova,
    power_paired,
    power_two_sample,
    sd_interval,
)
from cuttle.analysis.estimators.ranks import (
    mann_whitney,
    prob_improvement,
    prob_improvement_interval,
    smallest_exact_p,
)
from cuttle.analysis.estimators.two_sample import (
    Summary,
    student_from_summary,
    student_t,
    tost_welch,
    welch_from_summary,
    welch_t,
)

__all__ = [
    "NotComputable",
    "Permutation",
    "Summary",
    "aggregate_iqm",
    "aggregate_mean",
    "aggregate_median",
    "aggregate_optimality_gap",
    "anova",
    "aulc",
    "aulc_simple_mean",
    "best_minus_last",
    "best_round",
    "bonferroni",
    "bootstrap_difference",
    "bootstrap_interval",
    "bootstrap_prob_improvement",
    "brown_forsythe_anova",
    "check_groups",
    "classical_pair",
    "classical_tests",
    "clopper_pearson_interval",
    "cohens_d",
    "cohens_d_interval",
    "describe",
    "dunn",
    "effect_band",
    "effect_sizes",
    "eta2_interval",
    "friedman",
    "games_howell",
    "holm",
    "iqm",
    "jeffreys_interval",
    "kruskal_wallis",
    "last_k_mean",
    "levene",
    "logit_normal",
    "logit_t_interval",
    "mann_whitney",
    "max_t",
    "mde_anova",
    "mde_paired",
    "mde_two_sample",
    "needed_anova",
    "needed_paired",
    "needed_two_sample",
    "omega2_interval",
    "optimality_gap",
    "paired_t",
    "pairs_of",
    "performance_profile",
    "permutation_test",
    "power_anova",
    "power_paired",
    "power_two_sample",
    "prob_improvement",
    "prob_improvement_interval",
    "quartiles",
    "quasi_binomial",
    "repeated_anova",
    "rounds_to_threshold",
    "rounds_to_threshold_sustained",
    "sd_interval",
    "shaffer",
    "shapiro_wilk",
    "smallest_exact_p",
    "student_from_summary",
    "student_t",
    "t_band",
    "t_interval",
    "t_interval_from_summary",
    "tost_paired",
    "tost_welch",
    "tukey_hsd",
    "variance_components",
    "welch_anova",
    "welch_from_summary",
    "welch_t",
    "wilcoxon_signed_rank",
    "wilson_interval",
]
