using System.Collections.Immutable;
using MedQA.Evaluation.Questions;

namespace MedQA.Tuning.Exemplars;

/// <summary>An exemplar as the model reads it.</summary>
/// <param name="Prompt">The tokens of the prompt, as a run with the profile asks it.</param>
/// <param name="Answer">The expected tokens: the answer and its end token.</param>
internal sealed record TuningExample(int[] Prompt, int[] Answer)
{
    /// <summary>The question of the exemplar, or <see langword="null"/> if it was given as tokens.</summary>
    public Question? Question { get; init; }

    /// <summary>The tokens of each option's answer without an end token, if the question has options; otherwise empty.</summary>
    public ImmutableArray<int[]> Options { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// The context of the options' tokens: the prompt or, if a reasoning would come first, the prompt and the cue.
    /// </summary>
    public int[] OptionContext { get; init; } = Prompt;

    /// <summary>The number of tokens of prompt and answer.</summary>
    public int Length => Prompt.Length + Answer.Length;
}
