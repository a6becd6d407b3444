using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// Answers a question in one way. What the question brings along (ordinal, gold, seconds and so on) is filled in afterwards.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="protocol">How to ask; its worked examples fit the question.</param>
/// <param name="question">What to ask.</param>
/// <param name="cancellationToken">Cancels the work; nothing is kept then.</param>
public delegate Task<AnsweredQuestion> AnsweringStrategy(
    ILanguageModel model, Protocol protocol, Question question, CancellationToken cancellationToken);

/// <summary>A way of answering questions, with what others need to know of it; docs/architecture.md tells how to add one.</summary>
public sealed record Strategy
{
    /// <summary>The name that selects it in profiles, also the name of its built-in profile.</summary>
    public required string Name { get; init; }

    /// <summary>What the strategy does, in a sentence or two for people who choose a profile.</summary>
    public required string Description { get; init; }

    /// <summary>Answers a question.</summary>
    public required AnsweringStrategy Answer { get; init; }

    /// <summary>The profile's fields that it cannot work with, each with the rest of a sentence that begins with it.</summary>
    public Func<Profile, (string Field, string Problem)?> Validate { get; init; } = static _ => null;

    /// <summary>Whether the model writes a reasoning before its answer.</summary>
    public bool Reasons { get; init; } = true;

    /// <summary>Whether it can take several samples of a question; else exactly one.</summary>
    public bool TakesSamples { get; init; } = true;

    /// <summary>Whether it may take fewer samples than the profile says, so that they differ from question to question.</summary>
    public bool StopsEarly { get; init; }

    /// <summary>Whether fewer of its stored samples, or another count of them, are what another strategy would have made.</summary>
    public bool IsReplayable { get; init; }

    /// <summary>Whether its voters come from a second stage, which costs the first one too.</summary>
    public bool HasSecondStage { get; init; }

    /// <summary>Whether it draws nothing and scores each option as a continuation of the prompt.</summary>
    public bool ScoresOptions { get; init; }

    /// <summary>Whether it needs log-likelihoods of options, which not every model gives.</summary>
    public bool NeedsLogLikelihoods { get; init; }

    /// <summary>
    /// Whether the strategy's answers are free, for people to rate; else they are one of the options, which each question must have.
    /// </summary>
    public bool WritesFreeAnswers { get; init; }
}
