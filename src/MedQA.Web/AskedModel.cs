using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Web;

/// <summary>A model that other tools may ask directly, beside the runs that it answers.</summary>
/// <param name="model">The model.</param>
public sealed class AskedModel(ILanguageModel model) : IDisposable
{
    /// <summary>An answer of a paragraph.</summary>
    private const int UsualTokens = 256;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private SemaphoreSlim? _places;

    /// <summary>The model.</summary>
    public ILanguageModel Model => model;

    /// <summary>
    /// Identifies model and engine, which decide the bits of an answer: with the same one, the same request with a seed has the same
    /// answer.
    /// </summary>
    public string SystemFingerprint => "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{model.Description.Fingerprint}\n{model.Description.EngineFingerprint}"))))[..16];

    /// <summary>
    /// Waits for a place among the requests that are answered at once, first come, first served. There are as many as the model draws
    /// together fastest, so that however many clients ask, a run beside them keeps its share of the model.
    /// </summary>
    /// <returns>Gives the place back.</returns>
    internal async Task<IDisposable> TakePlaceAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            _places ??= new SemaphoreSlim(Math.Max(1, await model.GetQuestionsAtOnceAsync(1, UsualTokens, cancellationToken)));
        }
        finally
        {
            _opening.Release();
        }

        await _places.WaitAsync(cancellationToken);
        return new Place(_places);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opening.Dispose();
        _places?.Dispose();
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}

/// <summary>The models that other tools may ask directly.</summary>
/// <param name="models">The models, of different names.</param>
public sealed class AskedModels(IEnumerable<ILanguageModel> models) : IDisposable
{
    /// <summary>The models, the usual one first.</summary>
    public ImmutableArray<AskedModel> All { get; } = [.. models.Select(static model => new AskedModel(model))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in All)
        {
            model.Dispose();
        }
    }
}
