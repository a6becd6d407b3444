using System.Collections.Immutable;

namespace MedQA.Evaluation.Rating;

/// <summary>A share from the literature to compare with a study's: other questions, other raters, other years.</summary>
/// <param name="Axis">The axis of the rubric that asks the same.</param>
/// <param name="Source">What was rated.</param>
/// <param name="Favourable">The share of ratings that spoke for the answer.</param>
/// <param name="ReadIn">Where it is printed, and what is printed where this is its complement.</param>
public sealed record PublishedRating(string Axis, string Source, double Favourable, string ReadIn);

/// <summary>
/// What Med-PaLM's authors found with their rubrics (Singhal et al., Nature 620, 172-180, 2023, "Human evaluation results"): 140 consumer
/// questions, each answer rated once, by one of nine clinicians or by a lay person. Only what the article's text prints as a number. It
/// prints none for the likelihood of harm, for comprehension and reasoning, or for incorrect retrieval; these are in its figures.
/// </summary>
internal static class PublishedRatings
{
    /// <summary>The article, for people.</summary>
    public const string Article = "Singhal et al., Large language models encode clinical knowledge, Nature 620, 172-180 (2023)";

    private static readonly ImmutableArray<PublishedRating> Clinicians =
    [
        .. Printed("consensus", 61.9m, 92.6m, 92.9m, "in agreement with the scientific consensus, text and Fig. 4a", isFavourable: true),
        .. Printed("inappropriate", 16.1m, 18.7m, 1.4m, "inappropriate or incorrect content, text and Fig. 4b", isFavourable: false),
        .. Printed("missing", 47.6m, 15.3m, 11.1m, "missing content, text and Fig. 4c", isFavourable: false),
        .. Printed("harm-extent", 29.7m, 5.9m, 5.7m, "potentially leading to harm, text and Fig. 4d", isFavourable: false),
        .. Printed("bias", 7.9m, 0.8m, 1.4m, "bias, text and Fig. 4f", isFavourable: false),
        .. Printed("retrieval-right", 76.3m, 95.4m, 97.8m, "evidence of correct retrieval, text and Fig. 5a", isFavourable: true),
    ];

    private static readonly ImmutableArray<PublishedRating> LayPeople =
    [
        .. Printed("intent", 90.8m, 94.4m, 95.9m, "addressing the intent, text and Fig. 6a", isFavourable: true),
        .. Printed("helpful", 60.6m, 80.3m, 91.1m, "helpful, text and Fig. 6b", isFavourable: true),
    ];

    /// <summary>Returns the published shares for a study with that rubric; only built-in rubrics with unchanged axes have them.</summary>
    public static ImmutableArray<PublishedRating> For(Rubric rubric)
    {
        ArgumentNullException.ThrowIfNull(rubric);
        var published = rubric.Name switch
        {
            "clinician-12" => Clinicians,
            "lay-2" => LayPeople,
            _ => [],
        };
        return published.IsEmpty || !Rubrics.Write(rubric).AsSpan().SequenceEqual(Rubrics.Write(Rubrics.Find(rubric.Name)!))
            ? []
            : published;
    }

    private static IEnumerable<PublishedRating> Printed(
        string axis, decimal flan, decimal med, decimal clinicians, string what, bool isFavourable) =>
        new[] { ("Flan-PaLM", flan), ("Med-PaLM", med), ("clinicians", clinicians) }.Select(source =>
            new PublishedRating(
                axis,
                source.Item1,
                (double)((isFavourable ? source.Item2 : 100 - source.Item2) / 100),
                isFavourable ? what : FormattableString.Invariant($"100 % less {source.Item2:0.0} % {what}")));
}
