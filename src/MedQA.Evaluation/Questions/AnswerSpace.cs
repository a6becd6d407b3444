using System.Collections.Immutable;

namespace MedQA.Evaluation.Questions;

/// <summary>What a model answers a question with.</summary>
public enum AnswerSpace
{
    /// <summary>The letter of an option.</summary>
    Letters,

    /// <summary>The option itself, a single word: yes, no or maybe. The options are not listed in the prompt.</summary>
    Words,

    /// <summary>The option's whole text; the options are not listed in the prompt.</summary>
    OptionTexts,

    /// <summary>Free text: the question has no options.</summary>
    Free,

    /// <summary>
    /// The letters of all options that are right, one or more. Decided by the question set, for all of its questions, and by no profile.
    /// </summary>
    Subset,
}

/// <summary>Decides the answer space of a question.</summary>
internal static class AnswerSpaces
{
    /// <summary>
    /// Returns the answer space that a question has by itself: <see cref="AnswerSpace.Words"/> where its options are yes and no, with or
    /// without maybe, in any order and case.
    /// </summary>
    public static AnswerSpace Of(ImmutableArray<string> options)
    {
        if (options.IsDefaultOrEmpty)
        {
            return AnswerSpace.Free;
        }

        var yes = 0;
        var no = 0;
        var maybe = 0;
        foreach (var option in options)
        {
            switch (option.Trim().ToLowerInvariant())
            {
                case "yes": yes++; break;
                case "no": no++; break;
                case "maybe": maybe++; break;
                default: return AnswerSpace.Letters;
            }
        }

        return yes == 1 && no == 1 && maybe <= 1 ? AnswerSpace.Words : AnswerSpace.Letters;
    }
}
