using System.Collections.Frozen;
using System.Diagnostics;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Faults.Host;

/// <summary>What a question does to the model that reads it.</summary>
internal enum Poison
{
    Throws,
    Kills,
    Hangs,
}

/// <summary>A model that breaks at questions which have a named text in them.</summary>
internal sealed class PoisonedModel(ILanguageModel model, FrozenDictionary<string, Poison> poisons) : ILanguageModel
{
    public ModelDescription Description => model.Description;

    /// <summary>Reads <c>throws=TEXT;kills=TEXT;hangs=TEXT</c>.</summary>
    public static PoisonedModel Parse(ILanguageModel model, string poisons) => new(
        model,
        poisons.Split(';').Select(static poison => poison.Split('=', 2)).ToFrozenDictionary(static poison => poison[1], static poison => Enum.Parse<Poison>(poison[0], ignoreCase: true)));

    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) => model.GetQuestionsAtOnceAsync(samples, maxTokens, cancellationToken);

    public int CountTokens(Prompt prompt) => model.CountTokens(prompt);

    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        var text = ((CompletionPrompt)prompt).Text;
        switch (poisons.FirstOrDefault(poison => text.Contains(poison.Key, StringComparison.Ordinal)))
        {
            case { Key: null }:
                break;
            case { Value: Poison.Throws }:
                throw new InvalidOperationException("This question makes the model fail.");
            case { Value: Poison.Kills }:
                // As a fault in native code does: nothing of the process runs after it.
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
            default:
                // As native code that does not come back: it does not hear of a cancellation.
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                break;
        }

        return await model.ReadAsync(prompt, cancellationToken);
    }
}
