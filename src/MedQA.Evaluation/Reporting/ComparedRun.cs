using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Reporting;

/// <summary>What a comparison needs of a run's answers: per question a few bytes, never its text.</summary>
/// <param name="name">The run's name in the comparison: its profile, model and id, as the caller chooses.</param>
public sealed class ComparedRun(string name)
{
    private readonly Dictionary<(string Dataset, string Question), ComparedAnswer> _answers = [];
    private readonly List<int> _ordinals = [];

    /// <summary>The run's name in the comparison.</summary>
    public string Name { get; } = name;

    /// <summary>The run's id; its name where it is not known.</summary>
    public string Run { get; init; } = name;

    /// <summary>The profile's name; the run's where it is not known.</summary>
    public string Profile { get; init; } = name;

    /// <summary>The profile's strategy.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>The model.</summary>
    public string Model { get; init; } = "";

    /// <summary>The model's size and family; <see langword="null"/> if neither is known.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>
    /// Whether <see cref="ModelFacts"/> are those of a model at hand with the run's fingerprint, since the run was made before they were
    /// stored.
    /// </summary>
    public bool HasFactsOfModelAtHand { get; init; }

    /// <summary>Whether questions of the run are still without an answer, or never got one because it was cancelled.</summary>
    public bool Provisional { get; init; }

    /// <summary>
    /// The precision at which the run stopped early: its answers are the first ones in a random order. <see langword="null"/> for a run
    /// that did not.
    /// </summary>
    public AccuracyTarget? Stopped { get; init; }

    /// <summary>How many questions a batch of the run has at most; 0 where it is not known.</summary>
    public int BatchSize { get; init; }

    /// <summary>The version of the rules by which its answers were read; <see langword="null"/> if it is not known.</summary>
    public string? Rules { get; init; }

    /// <summary>Answers with a known right option.</summary>
    public int Count => _answers.Count;

    internal IReadOnlyDictionary<(string Dataset, string Question), ComparedAnswer> Answers => _answers;

    /// <summary>What the run's finished batches are, as a part of a sentence.</summary>
    internal string BatchesSaid =>
        $"{(_ordinals.Count == 0 ? "no batch" : "a part of the batches")} of {Name} is finished"
            + (BatchSize > 0 ? $" (a batch has up to {BatchSize} questions)" : "");

    /// <summary>The first place of a question that has no answer yet, in the order in which the run's questions stand.</summary>
    internal int FirstWithoutAnswer
    {
        get
        {
            var next = 0;
            foreach (var ordinal in _ordinals.Order())
            {
                if (ordinal > next)
                {
                    break;
                }

                next = ordinal + 1;
            }

            return next;
        }
    }

    /// <summary>
    /// Returns the accuracy with an interval that holds although the run stopped by what it saw; <see langword="null"/> for a run that did
    /// not stop.
    /// </summary>
    internal SequentialAccuracy? AtStop(double confidence = 0.95)
    {
        if (Stopped is not { } target)
        {
            return null;
        }

        var sequential = new SequentialAccuracy(target, confidence);
        foreach (var ((dataset, _), answer) in _answers.OrderBy(static answer => answer.Value.Ordinal))
        {
            sequential.Add(dataset, answer.Failure == ComparedFailure.None ? answer.Right : null);
        }

        return sequential;
    }

    /// <summary>Adds an answer; answers without a known right option are passed over.</summary>
    /// <exception cref="InputException">The question came before.</exception>
    public void Add(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        _ordinals.Add(answered.Ordinal);
        if (answered.RightOptions is not { } gold)
        {
            return;
        }

        var failure = answered.Failure is not { } fault
            ? ComparedFailure.None
            : fault.IsOfQuestion
            ? ComparedFailure.OfQuestion
            : ComparedFailure.OfMachine;
        var compared = new ComparedAnswer(
            QuestionCluster.NumberOf(answered.QuestionFingerprint),
            QuestionCluster.Of(answered),
            answered.Cluster is not null,
            gold,
            failure,
            answered.ChosenOptions == gold,
            answered.Topic,
            answered.OptionCount,
            answered.Ordinal,
            answered.SeveralRight);
        if (!_answers.TryAdd((answered.Dataset, answered.Id), compared))
        {
            throw new InputException(
                $"{Name} has two answers to question {answered.Id} of {answered.Dataset}. A comparison takes each question once.");
        }
    }
}

/// <summary>One answer of a compared run.</summary>
/// <param name="Fingerprint">What the question asks; <see langword="null"/> if it was not recorded.</param>
/// <param name="Cluster">What it belongs together with.</param>
/// <param name="KnowsPassage">Whether the cluster says which passage the question is on, as it does from version 2 of the rules on.</param>
/// <param name="Gold">The right option, or all of them.</param>
/// <param name="Failure">Why there is no answer.</param>
/// <param name="Right">Whether the answer is right.</param>
/// <param name="Topic">The question's topic, or <see langword="null"/>.</param>
/// <param name="Options">How many options it has.</param>
/// <param name="Ordinal">The question's place in the run.</param>
/// <param name="SeveralRight">Whether several options can be right.</param>
internal readonly record struct ComparedAnswer(
    ulong? Fingerprint, ulong Cluster, bool KnowsPassage, OptionSet Gold, ComparedFailure Failure, bool Right, string? Topic, int Options,
    int Ordinal, bool SeveralRight);

/// <summary>Why a compared run has no answer to a question.</summary>
internal enum ComparedFailure : byte
{
    /// <summary>It has one, or the model gave none.</summary>
    None,

    /// <summary>The question cannot be asked: it is left out of the comparison.</summary>
    OfQuestion,

    /// <summary>Infrastructure failed: a retry comes first.</summary>
    OfMachine,
}
