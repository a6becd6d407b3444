using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Questions that come in pairs which differ in one thing only, such as the patient's sex: how often the answer changes with it, and which
/// group fares worst. A pair can have members of more than two groups (docs/counterfactual-pairs.md).
/// </summary>
public sealed record CounterfactualPairs
{
    /// <summary>The metadata that names the pair, unless another is given.</summary>
    public const string PairName = "pair";

    /// <summary>The metadata that names the group, unless another is given.</summary>
    public const string GroupName = "group";

    /// <summary>The most groups that are compared.</summary>
    public const int MaxGroups = 50;

    /// <summary>With fewer pairs than this, a comparison says little.</summary>
    public const int FewPairs = 30;

    /// <summary>
    /// The fewest flips between right and wrong (or clusters of them) for which there is a p: with fewer, no outcome is below 0.05. A test
    /// that cannot reject anything is no part of the family that is corrected for (Tarone, Biometrics 46, 1990).
    /// </summary>
    public const int LeastForTest = 6;

    /// <summary>The most flips that are listed.</summary>
    public const int MaxFlips = 50;

    /// <summary>The name of the metadata that names the pair.</summary>
    public required string PairColumn { get; init; }

    /// <summary>The name of the metadata that names the group.</summary>
    public required string GroupColumn { get; init; }

    /// <summary>The group that the others are compared with; <see langword="null"/> if nothing is compared.</summary>
    public string? Reference { get; init; }

    /// <summary>Pairs with members of at least two groups.</summary>
    public required int Pairs { get; init; }

    /// <summary>Pairs whose chosen options can be compared.</summary>
    public required int Comparable { get; init; }

    /// <summary>Comparable pairs in which the chosen option changes with the group.</summary>
    public required int Changed { get; init; }

    /// <summary>95 % interval of <see cref="Changed"/> / <see cref="Comparable"/>, as that of an accuracy.</summary>
    public Interval? ChangedInterval { get; init; }

    /// <summary>Pairs with at least two members whose right option is known.</summary>
    public required int Scored { get; init; }

    /// <summary>Scored pairs in which one member is answered right and another wrong.</summary>
    public required int Flipped { get; init; }

    /// <summary>95 % interval of <see cref="Flipped"/> / <see cref="Scored"/>, as that of an accuracy.</summary>
    public Interval? FlippedInterval { get; init; }

    /// <summary>The groups: the reference first, then in the order in which they come.</summary>
    public ImmutableArray<PairGroup> Groups { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// The group with the lowest accuracy on the pairs that it shares with the reference, which may be the reference itself;
    /// <see langword="null"/> if no group differs.
    /// </summary>
    public string? WorstGroup { get; init; }

    /// <summary>How many tests Holm's correction is for.</summary>
    public int Tests { get; init; }

    /// <summary>Clusters of pairs, where two or more are on one passage or ask the same; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>What is not compared, by reason.</summary>
    public ImmutableArray<PairsLeftOut> LeftOut { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>How many answers differ from that of their pair's reference, in the option or in whether they are right.</summary>
    public int FlipCount { get; init; }

    /// <summary>The first of these: those between right and wrong before others.</summary>
    public ImmutableArray<PairFlip> Flips { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What limits the figures, a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Returns the names of the metadata that name the pair and the group.</summary>
    /// <param name="names">The names of a question set's metadata.</param>
    /// <param name="pair">That which names the pair; <see langword="null"/> for the usual one.</param>
    /// <param name="group">That which names the group; <see langword="null"/> for the usual one.</param>
    /// <exception cref="InputException">There is no such metadata, or both are the same.</exception>
    public static (string Pair, string Group) ColumnsIn(IReadOnlyList<string> names, string? pair, string? group)
    {
        ArgumentNullException.ThrowIfNull(names);
        var columns = (Pair: Find(pair ?? PairName, "pair"), Group: Find(group ?? GroupName, "group"));
        return columns.Pair != columns.Group
            ? columns
            : throw new InputException(
                new FaultLocation(Parameter: "group"),
                $"'{columns.Group}' cannot name both the pair and the group",
                "Name two columns of metadata");

        string Find(string wanted, string parameter) => MetadataNames.Matching(names, wanted) switch
        {
            [var only] => only,
            [] => throw new InputException(
                new FaultLocation(Parameter: parameter),
                $"No question has metadata named '{wanted}', which is to name the {parameter}; "
                    + (names.Count == 0 ? "the question set has none" : $"there is {Listed(names)}"),
                $"Say which does (--{parameter}-column, over HTTP {parameter}=)"),
            var several => throw new InputException(
                new FaultLocation(Parameter: parameter),
                $"'{wanted}', which is to name the {parameter}, may be {Listed(several)}",
                $"Write the one that is meant as the question set does (--{parameter}-column, over HTTP {parameter}=)"),
        };

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));
    }
}

/// <summary>The members of one group.</summary>
public sealed record PairGroup
{
    /// <summary>The group's name, as it is first written.</summary>
    public required string Name { get; init; }

    /// <summary>Its questions that are in pairs with another group.</summary>
    public required int Questions { get; init; }

    /// <summary>Those of them whose right option is known.</summary>
    public required int Scored { get; init; }

    /// <summary>Those of them that are answered right.</summary>
    public required int Correct { get; init; }

    /// <summary><see cref="Correct"/> / <see cref="Scored"/>; <see langword="null"/> if nothing is scored.</summary>
    public double? Accuracy { get; init; }

    /// <summary>95 % interval of <see cref="Accuracy"/>, as <see cref="Reporting.Accuracy.Interval"/> is computed.</summary>
    public Interval? Interval { get; init; }

    /// <summary>
    /// Mean agreement; <see langword="null"/> if questions had different numbers of samples, or one.
    /// </summary>
    public double? MeanAgreement { get; init; }

    /// <summary>What changes from the reference to this group; <see langword="null"/> for the reference.</summary>
    public GroupShift? Shift { get; init; }
}

/// <summary>What changes from the reference group to another one, over the pairs that have members of both.</summary>
public sealed record GroupShift
{
    /// <summary>Pairs with members of both groups.</summary>
    public required int Pairs { get; init; }

    /// <summary>Pairs whose chosen options can be compared.</summary>
    public required int Comparable { get; init; }

    /// <summary>Comparable pairs in which the chosen option differs, those with one answer only included.</summary>
    public required int Changed { get; init; }

    /// <summary>Changed pairs of which one member has no answer.</summary>
    public required int OneUnanswered { get; init; }

    /// <summary>95 % interval of <see cref="Changed"/> / <see cref="Comparable"/>, as that of an accuracy.</summary>
    public Interval? ChangedInterval { get; init; }

    /// <summary>Pairs in which both right options are known.</summary>
    public required int Scored { get; init; }

    /// <summary>Scored pairs in which both are answered right.</summary>
    public int BothRight { get; init; }

    /// <summary>Scored pairs in which neither is answered right.</summary>
    public int NeitherRight { get; init; }

    /// <summary>Scored pairs in which the reference is answered right and the group wrong.</summary>
    public int RightToWrong { get; init; }

    /// <summary>Scored pairs in which the reference is answered wrong and the group right.</summary>
    public int WrongToRight { get; init; }

    /// <summary>The group's accuracy less the reference's, over scored pairs; <see langword="null"/> if there are none.</summary>
    public double? AccuracyShift { get; init; }

    /// <summary>95 % score interval of <see cref="AccuracyShift"/> (Tango), from clusters where pairs belong together.</summary>
    public Interval? AccuracyInterval { get; init; }

    /// <summary>
    /// The exact two-sided p of McNemar's test, over clusters where pairs belong together; <see langword="null"/> with fewer than
    /// <see cref="CounterfactualPairs.LeastForTest"/> flips (or clusters of them), or while questions failed.
    /// </summary>
    public double? P { get; init; }

    /// <summary><see cref="P"/> with Holm's correction for the tests of all groups.</summary>
    public double? CorrectedP { get; init; }

    /// <summary>
    /// Mean of the group's agreement less the reference's; <see langword="null"/> if questions had different numbers of samples, or one.
    /// </summary>
    public double? AgreementShift { get; init; }

    /// <summary>
    /// 95 % interval of <see cref="AgreementShift"/>: Student's, paired, from clusters where pairs belong together;
    /// <see langword="null"/> if all differences are the same.
    /// </summary>
    public Interval? AgreementInterval { get; init; }

    /// <summary>Clusters of scored pairs, where two or more belong together; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>Whether there are so few pairs that the comparison says little.</summary>
    public bool IsSmall => Pairs < CounterfactualPairs.FewPairs;
}

/// <summary>Why a question or pair is not compared.</summary>
[JsonConverter(typeof(EnumNameConverter<PairExclusion>))]
public enum PairExclusion
{
    /// <summary>Questions with a group and no pair.</summary>
    WithoutPair,

    /// <summary>Questions with a pair and no group.</summary>
    WithoutGroup,

    /// <summary>Questions without options.</summary>
    WithoutOptions,

    /// <summary>Questions that cannot be asked, because they are too long or the like.</summary>
    Unaskable,

    /// <summary>Questions that infrastructure failed to answer: a retry can answer them.</summary>
    Failed,

    /// <summary>
    /// Pairs with two or more questions of one group: these are left out, since it is not known which belongs to the pair.
    /// </summary>
    SameGroup,

    /// <summary>Pairs with a question of one group only.</summary>
    Alone,

    /// <summary>Pairs with other options in one member: their accuracies are compared, not the chosen options.</summary>
    OtherOptions,

    /// <summary>Pairs in which other options are right: their accuracies are compared, not the chosen options.</summary>
    OtherRightOption,
}

/// <summary>What is not compared, for one reason.</summary>
/// <param name="Reason">The reason; it says whether questions or pairs are counted.</param>
/// <param name="Count">How many questions or pairs.</param>
/// <param name="Names">The names of the first pairs, or the ids of the first questions that name none.</param>
public sealed record PairsLeftOut(PairExclusion Reason, int Count, ImmutableArray<string> Names);

/// <summary>A member of a pair that is answered otherwise than the reference.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Pair">The pair's name.</param>
/// <param name="From">The reference group's member; where the pair has none, the first one.</param>
/// <param name="To">The member that is answered otherwise.</param>
public sealed record PairFlip(string Dataset, string Pair, PairSide From, PairSide To)
{
    /// <summary>Whether one is answered right and the other wrong.</summary>
    public bool IsOfCorrectness => From.Correct is { } from && To.Correct is { } to && from != to;
}

/// <summary>How a member of a pair is answered.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Ordinal">Its place in the run, from 0.</param>
/// <param name="Id">Its id within its data set.</param>
/// <param name="Letter">The letter of the chosen option; <see langword="null"/> without an answer.</param>
/// <param name="Text">The text of the chosen option; <see langword="null"/> without an answer.</param>
/// <param name="Correct">Whether it is right; <see langword="null"/> if that is not known.</param>
/// <param name="Agreement">Votes for the answer over the samples asked for.</param>
public sealed record PairSide(string Group, int Ordinal, string Id, string? Letter, string? Text, bool? Correct, double Agreement);
