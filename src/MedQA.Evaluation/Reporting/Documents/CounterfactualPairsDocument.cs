using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>Counterfactual pairs as people read them, apart from a report.</summary>
internal static class CounterfactualPairsDocument
{
    /// <summary>Returns the pairs under a title of their own.</summary>
    public static IReadOnlyList<Block> Of(CounterfactualPairs pairs) =>
    [
        new Heading(1, CounterfactualPairsSection.Heading),
        new Note(RunReport.NotMedicalAdvice),
        new Heading(2, $"'{pairs.PairColumn}' and '{pairs.GroupColumn}'"),
        .. CounterfactualPairsSection.BlocksOf(pairs),
    ];

    /// <summary>Returns the pairs as a section of a report.</summary>
    public static IReadOnlyList<Block> SectionOf(CounterfactualPairs pairs) =>
        [new Heading(2, CounterfactualPairsSection.Heading), .. CounterfactualPairsSection.BlocksOf(pairs)];
}
