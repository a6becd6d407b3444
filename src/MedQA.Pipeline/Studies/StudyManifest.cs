using System.Collections.Immutable;
using MedQA.Evaluation.Rating;

namespace MedQA.Pipeline.Studies;

/// <summary>What a study is: written once, when it is made, and never changed.</summary>
public sealed record StudyManifest
{
    /// <summary>
    /// The version that is written: of this, and of everything else that a study stores (answers, queues, raters, clicks).
    /// </summary>
    public const int Version = 1;

    /// <summary>The version of this study's form.</summary>
    public int V { get; init; } = Version;

    /// <summary>The study's name for programs.</summary>
    public required string Study { get; init; }

    /// <summary>What those who made it call it. Raters never see it: it may name a source.</summary>
    public required string Name { get; init; }

    /// <summary>What raters see as its title.</summary>
    public required string Title { get; init; }

    /// <summary>What raters read before they begin; paragraphs are separated by empty lines.</summary>
    public required string Instructions { get; init; }

    /// <summary>What raters agree to before they begin.</summary>
    public required string Consent { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The rubric, unchanged.</summary>
    public required Rubric Rubric { get; init; }

    /// <summary>Decides which questions are drawn. It is public, so that anyone with the sources can draw them again.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// Whether a secret decided who rates what, in which order and on which side. Earlier versions drew these from the seed, so that raters
    /// could compute which source an answer is from;
    /// a study of theirs keeps what was drawn, and its report says so.
    /// </summary>
    public bool IsBlindedBySecret { get; init; }

    /// <summary>How many raters see each answer.</summary>
    public required int RatersPerAnswer { get; init; }

    /// <summary>How many answers every rater sees before the others; 0 for no pilot.</summary>
    public int Pilot { get; init; }

    /// <summary>Where the answers come from.</summary>
    public required ImmutableArray<StudySource> Sources { get; init; }

    /// <summary>How many questions were drawn of each data set.</summary>
    public required ImmutableArray<StudyStratum> Strata { get; init; }

    /// <summary>The original raters: <c>r1</c>, <c>r2</c> … with their names.</summary>
    public required ImmutableArray<InvitedRater> Raters { get; init; }

    /// <summary>Questions that were drawn.</summary>
    public required int Questions { get; init; }

    /// <summary>Answers that are rated.</summary>
    public required int Answers { get; init; }

    /// <summary>What was left out when it was made and why, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>A rater as invited.</summary>
/// <param name="Rater">The name within the study: <c>r1</c>, <c>r2</c> …</param>
/// <param name="Label">What those who made the study call this rater.</param>
public sealed record InvitedRater(string Rater, string Label);

/// <summary>An answer that is rated.</summary>
/// <param name="Index">Its place among the study's answers, from 0.</param>
/// <param name="Question">The question's place among the study's questions, from 0.</param>
/// <param name="Id">The question's id within its data set.</param>
/// <param name="Dataset">The question's data set.</param>
/// <param name="Context">Text that the question refers to, or <see langword="null"/>.</param>
/// <param name="Text">The question.</param>
/// <param name="Source">The place of its source among the study's sources, from 0.</param>
/// <param name="Answer">The answer.</param>
public sealed record StudyAnswer(
    int Index, int Question, string Id, string Dataset, string? Context, string Text, int Source, string Answer);

/// <summary>Something that a rater sees at once.</summary>
/// <param name="Answers">The places of its answers among the study's: one, or two in the order in which they are shown.</param>
/// <param name="IsPilot">Whether every rater sees it.</param>
public sealed record QueueEntry(ImmutableArray<int> Answers, bool IsPilot);

/// <summary>Who sees what, in which order.</summary>
/// <param name="Raters">Each rater's entries, by the rater's name.</param>
public sealed record StudyQueues(ImmutableSortedDictionary<string, ImmutableArray<QueueEntry>> Raters);
