using System.Collections.Immutable;
using MedQA.Evaluation.Extraction;

namespace MedQA.Evaluation.Answering;

/// <summary>The text that answers a question freely: what a person who asked would be shown.</summary>
public static class FreeAnswer
{
    /// <summary>
    /// Returns the answer to a question with a free answer: its first sample, from the end of the thoughts to the first stop text, without
    /// blanks at its ends.
    /// </summary>
    /// <param name="answered">The question's answer.</param>
    /// <param name="stop">The texts that end an answer, as the profile names them.</param>
    /// <returns><see langword="null"/> if infrastructure failed, or nothing is left.</returns>
    public static string? Of(AnsweredQuestion answered, ImmutableArray<string> stop)
    {
        ArgumentNullException.ThrowIfNull(answered);
        if (answered.Failure is not null || answered.Reasonings.IsEmpty)
        {
            return null;
        }

        var text = answered.Reasonings[0].Text;
        var (from, to) = VisiblePart.Of(text, stop, answered.Reasonings[0].SpokenPart);
        var visible = text[from..to].Trim();
        return visible.Length > 0 ? visible : null;
    }
}
