using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// A profile with the text of its worked examples: all that decides how a question is asked. A run's manifest contains it whole.
/// </summary>
/// <param name="Profile">The profile.</param>
/// <param name="Exemplars">The worked examples that the run uses, in order; as many as fit every question of the run.</param>
public sealed record Protocol(Profile Profile, ImmutableArray<Exemplar> Exemplars)
{
    /// <summary>The worked examples that the run uses, in order; as many as fit every question of the run.</summary>
    public ImmutableArray<Exemplar> Exemplars { get; init => field = value.IsDefault ? [] : value; } = Exemplars.IsDefault ? [] : Exemplars;

    /// <summary>
    /// The worked examples of data sets for which <see cref="Exemplars"/> is not meant, where a run has several data sets.
    /// </summary>
    public ImmutableArray<DatasetExemplars> DatasetExemplars { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// Who wrote and reviewed the worked examples, for each set that is used; <see langword="null"/> without examples, and in runs of
    /// earlier versions.
    /// </summary>
    public ImmutableArray<ExemplarOrigin>? Origins { get; init; }

    /// <summary>The prefix that the profile's name for it stood for when the run was made; <see langword="null"/> for none.</summary>
    public SoftPromptReference? Prefix { get; init; }

    /// <summary>
    /// Returns the protocol of a profile for a run over the given data sets: its worked examples are looked up and selected.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="datasets">The names of the run's data sets, in any order; equal ones count once.</param>
    /// <param name="freeAnswers">Whether the questions have free answers, of which <c>auto</c> takes the consumer questions'
    /// examples.</param>
    /// <exception cref="InputException">The profile names a set of worked examples that does not exist.</exception>
    public static Protocol Of(Profile profile, IEnumerable<string> datasets, bool freeAnswers = false)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var names = datasets.Distinct().Order(StringComparer.Ordinal).ToList();
        if (profile.Examples.Length > 0)
        {
            return new Protocol(profile, ExemplarSelector.Select(profile, new ExemplarSet(profile.Name, "", profile.Examples)))
            {
                Origins = [new ExemplarOrigin(null, profile.ExampleAuthors, profile.ExampleReviewers)],
            };
        }

        if (profile.ExemplarSet is null || profile.Exemplars == 0)
        {
            return new Protocol(profile, []);
        }

        var free = freeAnswers || profile.Strategy.WritesFreeAnswers;
        if (profile.ExemplarSet != ExemplarSets.Auto || names.Count == 0)
        {
            var set = ExemplarSets.Resolve(profile.ExemplarSet, "", free);
            return new Protocol(profile, ExemplarSelector.Select(profile, set)) { Origins = [OriginOf(set)] };
        }

        var chosen = names.Select(name => (Name: name, Set: ExemplarSets.Resolve(ExemplarSets.Auto, name, free))).ToList();
        var sets = chosen.Select(pair => new DatasetExemplars(pair.Name, ExemplarSelector.Select(profile, pair.Set))).ToImmutableArray();
        var first = sets[0].Exemplars;
        var others = sets.Where(set => !set.Exemplars.SequenceEqual(first)).ToImmutableArray();
        return new Protocol(profile, first)
        {
            DatasetExemplars = others,
            Origins = [.. chosen.Select(static pair => pair.Set).DistinctBy(static set => set.Name).Select(OriginOf)],
        };
    }

    /// <summary>Returns the worked examples for a question.</summary>
    public ImmutableArray<Exemplar> ExemplarsFor(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        foreach (var set in DatasetExemplars)
        {
            if (set.Dataset == question.Dataset)
            {
                return set.Exemplars;
            }
        }

        return Exemplars;
    }

    /// <summary>
    /// Returns the protocol as it asked a question: with the worked examples that the answer names, or with as many as it had.
    /// </summary>
    /// <param name="answered">The question's answer.</param>
    /// <param name="question">The question that was asked.</param>
    public Protocol AsAsked(AnsweredQuestion answered, Question question)
    {
        ArgumentNullException.ThrowIfNull(answered);
        return Profile.ExemplarSelection == ExemplarSelection.Nearest
            ? With([.. answered.ExemplarIds.SelectMany(id => ExemplarsFor(question).Where(exemplar => exemplar.Id == id).Take(1))])
            : WithAtMost(answered.Exemplars);
    }

    /// <summary>Returns the same protocol with these worked examples for every data set.</summary>
    public Protocol With(ImmutableArray<Exemplar> exemplars) => this with { Exemplars = exemplars, DatasetExemplars = [] };

    /// <summary>Returns the same protocol with at most this many worked examples, the first ones.</summary>
    public Protocol WithAtMost(int exemplars) =>
        Exemplars.Length <= exemplars && DatasetExemplars.All(set => set.Exemplars.Length <= exemplars) ? this : this with
        {
            Exemplars = [.. Exemplars.Take(exemplars)],
            DatasetExemplars = [.. DatasetExemplars.Select(set => set with { Exemplars = [.. set.Exemplars.Take(exemplars)] })],
        };

    private static ExemplarOrigin OriginOf(ExemplarSet set) => new(set.Name, set.Authors, set.Reviewers);
}

/// <summary>The worked examples of one data set of a run.</summary>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Exemplars">Its worked examples, in order.</param>
public sealed record DatasetExemplars(string Dataset, ImmutableArray<Exemplar> Exemplars)
{
    /// <summary>Its worked examples, in order.</summary>
    public ImmutableArray<Exemplar> Exemplars { get; init => field = value.IsDefault ? [] : value; } = Exemplars.IsDefault ? [] : Exemplars;
}
