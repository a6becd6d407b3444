using System.Collections.Immutable;

namespace MedQA.Evaluation.Profiles;

/// <summary>A set of worked examples.</summary>
/// <param name="Name">The name by which a profile chooses it.</param>
/// <param name="Description">What it is, for people.</param>
/// <param name="Exemplars">The examples, in order.</param>
public sealed record ExemplarSet(string Name, string Description, ImmutableArray<Exemplar> Exemplars)
{
    /// <summary>Who wrote the examples; <see langword="null"/> if nothing says so.</summary>
    public ImmutableArray<ExemplarPerson>? Authors { get; init; }

    /// <summary>Who reviewed them, empty for nobody; <see langword="null"/> if nothing says so.</summary>
    public ImmutableArray<ExemplarPerson>? Reviewers { get; init; }
}

/// <summary>The sets of worked examples that come with the assembly, of this project's own writing (the folder <c>exemplars</c>).</summary>
public static class ExemplarSets
{
    /// <summary>The name by which a profile takes the set that fits the data set.</summary>
    public const string Auto = "auto";

    private const string ResourcePrefix = "exemplars/";
    private const string General = "medqa";
    private const string Consumer = "consumer";

    private static readonly Lazy<ImmutableDictionary<string, ExemplarSet>> Embedded = new(ReadEmbedded);

    /// <summary>The names of all sets, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => [.. Embedded.Value.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Returns the set of a name, or <see langword="null"/>.</summary>
    public static ExemplarSet? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Embedded.Value.GetValueOrDefault(name);
    }

    /// <summary>
    /// Returns the set that a profile means for a data set. <see cref="Auto"/> is its own, the consumer questions' for free answers, and
    /// the general medical one elsewhere.
    /// </summary>
    /// <param name="name">A set's name, or <see cref="Auto"/>.</param>
    /// <param name="dataset">The data set's name, for example <c>mmlu_anatomy_test</c>.</param>
    /// <param name="freeAnswer">Whether its questions have free answers.</param>
    /// <exception cref="InputException">There is no set of that name.</exception>
    internal static ExemplarSet Resolve(string name, string dataset, bool freeAnswer)
    {
        if (name != Auto)
        {
            return Find(name)
                ?? throw ProfileFault.Of(
                    "in use", "exemplarSet", $"is \"{name}\", but must be \"{Auto}\" or one of {string.Join(", ", Names)}.");
        }

        // The longest name that begins the data set's: "mmlu_anatomy" for "mmlu_anatomy_test".
        var fitting = freeAnswer
            ? Consumer
            : Embedded.Value.Keys.Where(key => dataset.StartsWith(key, StringComparison.OrdinalIgnoreCase)).MaxBy(static key => key.Length);
        return Embedded.Value[fitting ?? General];
    }

    private static ImmutableDictionary<string, ExemplarSet> ReadEmbedded()
    {
        var assembly = typeof(ExemplarSets).Assembly;
        var sets = ImmutableDictionary.CreateBuilder<string, ExemplarSet>();
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var set = ExemplarFile.Read(stream, resource);
            sets.Add(set.Name, set);
        }

        return sets.ToImmutable();
    }
}
