using System.Collections.Immutable;
using MedQA.Evaluation.Prompting;

namespace MedQA.Evaluation.Profiles;

/// <summary>A profile with the text of its worked examples: all that decides how a question is asked. Stands whole in a run's manifest.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Exemplars">The worked examples that the run uses, in order; as many as fit every question of the run.</param>
public sealed record Protocol(Profile Profile, ImmutableArray<Exemplar> Exemplars);
