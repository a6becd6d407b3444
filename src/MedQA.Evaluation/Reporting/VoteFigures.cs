using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Reporting;

/// <summary>How far the samples of a question agree: votes for the answer over samples asked for.</summary>
public sealed record AgreementSummary
{
    /// <summary>Mean over the questions with options; <see langword="null"/> without any.</summary>
    public double? Mean { get; init; }

    /// <summary>Questions per level of agreement, from low to high: with k samples one of k + 1 levels.</summary>
    public ImmutableArray<AgreementLevel> Histogram { get; init; } = [];
}

/// <summary>The questions of one level of agreement.</summary>
/// <param name="Votes">Votes for the answer.</param>
/// <param name="Samples">Samples asked for.</param>
/// <param name="Questions">Questions with options at this level.</param>
/// <param name="Correct">Of them, right ones.</param>
/// <param name="Wrong">Of them, wrong ones; the rest has no known right option.</param>
public sealed record AgreementLevel(int Votes, int Samples, int Questions, int Correct, int Wrong)
{
    /// <summary><see cref="Votes"/> / <see cref="Samples"/>.</summary>
    public double Agreement => Samples == 0 ? 0 : (double)Votes / Samples;
}

/// <summary>Votes read from the scores after the answer cue, because the reasoning itself gives no answer.</summary>
public sealed record ForcedVotes
{
    /// <summary>All votes that count.</summary>
    public required int Votes { get; init; }

    /// <summary>Of them, forced ones.</summary>
    public required int Forced { get; init; }

    /// <summary>Questions whose answer has forced votes only.</summary>
    public required int Answers { get; init; }

    /// <summary>The figures with forced votes, as everywhere else in the report.</summary>
    public required VoteFigures Counted { get; init; }

    /// <summary>The figures with forced votes left out: a question with no other vote is unanswered, hence wrong.</summary>
    public required VoteFigures AsAbstentions { get; init; }
}

/// <summary>The figures of one way of counting votes.</summary>
/// <param name="Correct">Right answers.</param>
/// <param name="Scored">Questions with a known right option.</param>
/// <param name="Accuracy"><paramref name="Correct"/> / <paramref name="Scored"/>; <see langword="null"/> if nothing is scored.</param>
/// <param name="MeanAgreement">Mean agreement over the questions with options.</param>
/// <param name="CalibrationError">ECE of agreement, 10 bins; <see langword="null"/> if the number of samples is not fixed and above
/// 1.</param>
public sealed record VoteFigures(int Correct, int Scored, double? Accuracy, double? MeanAgreement, double? CalibrationError);

/// <summary>Questions on which several options had the most votes.</summary>
/// <param name="Questions">How many.</param>
/// <param name="Scored">Of them, those with a known right option.</param>
/// <param name="Correct">Of those, the ones that the tie-break answered right.</param>
/// <param name="AccuracyAtChance">The run's accuracy if each tie among m options, gold one of them, scored 1/m; <see langword="null"/>
/// if nothing is scored.</param>
public sealed record Ties(int Questions, int Scored, int Correct, double? AccuracyAtChance);

/// <summary>How the reasonings ended.</summary>
/// <param name="Total">All reasonings.</param>
/// <param name="EndToken">Ended by the model.</param>
/// <param name="StopText">Ended by a stop text.</param>
/// <param name="Cut">Cut at the profile's maxTokens.</param>
public sealed record ReasoningEnds(int Total, int EndToken, int StopText, int Cut)
{
    /// <summary>Those that a content filter of the model's service withheld, in whole or in part.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Filtered { get; init; }

    /// <summary>Above this share of cut reasonings a report warns.</summary>
    public const double WarnAboveShareCut = 0.2;

    /// <summary><see cref="Cut"/> / <see cref="Total"/>.</summary>
    public double ShareCut => Total == 0 ? 0 : (double)Cut / Total;
}

/// <summary>What was read and written.</summary>
/// <param name="Prompt">Tokens of the prompts, each question's counted once.</param>
/// <param name="Generated">Tokens generated over all samples.</param>
public sealed record TokenCounts(long Prompt, long Generated);
