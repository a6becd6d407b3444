using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Prompting;

/// <summary>How much of a model's context a question takes under a protocol.</summary>
public static class PromptFit
{
    /// <summary>
    /// Returns the most worked examples, up to those of the protocol, with which a question fits; <see langword="null"/> if it does not fit
    /// without any.
    /// </summary>
    /// <param name="protocol">How to ask, with the full number of examples.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="countTokens">Counts a prompt's tokens as the model does.</param>
    /// <param name="contextLength">The most tokens that the model holds.</param>
    public static int? LargestExemplarCount(Protocol protocol, Question question, Func<Prompt, int> countTokens, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(countTokens);
        var available = contextLength - protocol.Profile.TokensBehindPrompt;
        for (var count = protocol.ExemplarsFor(question).Length; count >= 0; count--)
        {
            if (countTokens(PromptBuilder.Build(protocol.WithAtMost(count), question)) <= available)
            {
                return count;
            }
        }

        return null;
    }
}
