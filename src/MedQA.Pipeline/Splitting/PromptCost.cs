using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;

namespace MedQA.Pipeline.Splitting;

/// <summary>Sums the tokens of a question set's prompts, for what a model's service will charge.</summary>
/// <param name="profile">How questions are asked, with all its worked examples.</param>
/// <param name="countTokens">Counts or estimates a prompt's tokens.</param>
internal sealed class PromptCost(Profile profile, Func<Prompt, int> countTokens)
{
    private readonly Dictionary<(string Dataset, bool Free), Protocol> _protocols = [];

    /// <summary>The tokens so far, each question's prompt counted once.</summary>
    public long Tokens { get; private set; }

    /// <summary>Adds a question.</summary>
    public void Add(Question question)
    {
        var key = (question.Dataset, question.Options.Length == 0);
        if (!_protocols.TryGetValue(key, out var protocol))
        {
            _protocols.Add(key, protocol = Protocol.Of(profile, [key.Dataset], key.Item2));
        }

        try
        {
            Tokens += countTokens(PromptBuilder.Build(protocol, question));
        }
        catch (PromptException)
        {
            // The profile's template cannot write this question: it is not asked, and answering it says so.
        }
    }
}
