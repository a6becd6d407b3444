using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.SoftPrompts;

/// <summary>
/// A model with the soft prompts that runs name, each fetched when it is first wanted and the last few kept. Safe for concurrent use.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="store">Where soft prompts lie.</param>
public sealed class ModelsWithSoftPrompts(ILanguageModel model, SoftPromptStore store)
{
    private const int MaxKept = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Hash, ILanguageModel Model)> _newestFirst = [];

    /// <summary>The model for a run.</summary>
    /// <param name="prefix">The run's soft prompt; <see langword="null"/> for the model itself.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">The soft prompt cannot be had, or is not for this model.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded at present.</exception>
    public async Task<ILanguageModel> GetAsync(SoftPromptReference? prefix, CancellationToken cancellationToken)
    {
        if (prefix is null)
        {
            return model;
        }

        if (Find(prefix.Hash) is { } kept)
        {
            return kept;
        }

        // Two that want a new soft prompt at once may both fetch it: they get the same.
        var keyValues = await store.ReadKeyValuesAsync(prefix, cancellationToken);
        var prefixed = await model.WithSoftPromptAsync(prefix, keyValues, cancellationToken);
        lock (_gate)
        {
            _newestFirst.AddFirst((prefix.Hash, prefixed));
            if (_newestFirst.Count > MaxKept)
            {
                _newestFirst.RemoveLast();
            }
        }

        return prefixed;
    }

    private ILanguageModel? Find(string hash)
    {
        lock (_gate)
        {
            for (var node = _newestFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Hash == hash)
                {
                    _newestFirst.Remove(node);
                    _newestFirst.AddFirst(node);
                    return node.Value.Model;
                }
            }

            return null;
        }
    }
}
