using System.Collections.Immutable;
using MedQA.Evaluation.Questions;

namespace MedQA.Tuning.Exemplars;

/// <summary>An exemplar as the model reads it.</summary>
/// <param name="Prompt">The tokens of the prompt, as a run with the profile asks it.</param>
/// <param name="Answer">The tokens that should follow: the answer, and the token that ends it.</param>
internal sealed record TuningExample(int[] Prompt, int[] Answer)
{
    /// <summary>The question that it was made from, or <see langword="null"/> where it was given as tokens.</summary>
    public Question? Question { get; init; }

    /// <summary>The tokens of each option's answer without an end token, where the question has options; else empty.</summary>
    public ImmutableArray<int[]> Options { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// What stands in front of the options' tokens: the prompt, or where a reasoning would come first, the prompt and the cue.
    /// </summary>
    public int[] OptionContext { get; init; } = Prompt;

    /// <summary>Tokens of prompt and answer.</summary>
    public int Length => Prompt.Length + Answer.Length;
}
