using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// A study's id: 80 random bits, in the same format as run ids. It reveals nothing about the study and cannot be guessed.
/// </summary>
public readonly record struct StudyId
{
    private readonly RunId _id;

    private StudyId(RunId id) => _id = id;

    /// <summary>A name that no study has.</summary>
    public static StudyId New() => new(RunId.FromHash(RandomNumberGenerator.GetBytes(10)));

    /// <summary>Reads a study's name; capital letters are accepted.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StudyId study)
    {
        var known = RunId.TryParse(text, out var id);
        study = new StudyId(id);
        return known;
    }

    /// <summary>The 16 characters.</summary>
    public override string ToString() => _id.ToString();
}
