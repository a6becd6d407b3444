namespace MedQA.Evaluation.Profiles;

/// <summary>A profile cannot be used: it is no JSON, has a field that does not exist, or a field has a value that is not allowed.</summary>
public sealed class ProfileException : Exception
{
    /// <summary>Names the profile's source, the field and what is wrong.</summary>
    /// <param name="source">Where the profile was read from: a file, a blob, <c>built in</c>.</param>
    /// <param name="field">The field at fault, or <see langword="null"/> where the whole profile is.</param>
    /// <param name="problem">What is wrong with it and what is allowed, as the rest of a sentence.</param>
    /// <param name="innerException">What the JSON reader said, if it was that.</param>
    public ProfileException(string source, string? field, string problem, Exception? innerException = null)
        : base(field is null
            ? $"Profile {source}: {Short(problem, 1200)}"
            : $"Profile {source}: \"{Short(field, 60)}\" {Short(problem, 1200)}", innerException)
    {
        ProfileSource = source;
        Field = field;
    }

    /// <summary>Where the profile was read from.</summary>
    public string ProfileSource { get; }

    /// <summary>The field at fault, or <see langword="null"/> where the whole profile is.</summary>
    public string? Field { get; }

    /// <summary>What a profile holds can be of any length; a message repeats only the beginning.</summary>
    private static string Short(string text, int most) => text.Length > most ? text[..most] + "…" : text;
}
