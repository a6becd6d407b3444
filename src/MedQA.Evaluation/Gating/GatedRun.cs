using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Reporting;

namespace MedQA.Evaluation.Gating;

/// <summary>What a gate needs of a run's answers: per question a few bytes, never its text.</summary>
/// <param name="answers">Its answers with a known right option; <see cref="Add"/> fills it.</param>
/// <param name="profile">The run's profile.</param>
public sealed class GatedRun(ComparedRun answers, Profile profile)
{
    private readonly ConfidenceTally _confidences = new();
    private readonly Dictionary<(string Dataset, string? Topic), (int Questions, int Failed)> _asked = [];

    /// <summary>The answers with a known right option.</summary>
    public ComparedRun Answers { get; } = answers ?? throw new ArgumentNullException(nameof(answers));

    /// <summary>What the model's service charged; <see langword="null"/> if that is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency of <see cref="Cost"/>; <see langword="null"/> for a model without prices.</summary>
    public string? Currency { get; init; }

    /// <summary>Whether the model charges nothing because it is not behind a service.</summary>
    public bool IsFree { get; init; }

    /// <summary>Adds an answer.</summary>
    /// <exception cref="InputException">The question came before.</exception>
    public void Add(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        Answers.Add(answered);
        var part = (answered.Dataset, answered.Topic);
        var (questions, failed) = _asked.GetValueOrDefault(part);
        _asked[part] = (questions + 1, failed + (answered.Failure is null ? 0 : 1));
        if (answered.Failure is null)
        {
            _confidences.Add(answered);
        }
    }

    /// <summary>Counts the questions of a part of the run, and those without an answer for other reasons than the model.</summary>
    internal (int Questions, int Failed) Asked(Func<string, string?, bool> passes)
    {
        var parts = _asked.Where(part => passes(part.Key.Dataset, part.Key.Topic)).Select(static part => part.Value).ToList();
        return (parts.Sum(static part => part.Questions), parts.Sum(static part => part.Failed));
    }

    /// <summary>Returns the expected calibration error with an interval; <see langword="null"/> if the run has no confidence.</summary>
    internal CalibrationMeasure? ExpectedError(double confidence) =>
        _confidences.ExpectedError(RandomStream.KeyOf("bootstrap", profile.Seed, "", ""), profile.Strategy, confidence);
}
