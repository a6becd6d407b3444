namespace MedQA.Evaluation.Profiles;

/// <summary>
/// Refuses a profile that cannot be used: it is not JSON, has a field that does not exist, or a field has a value that is not allowed.
/// </summary>
public static class ProfileFault
{
    /// <summary>Names the profile's source, the field and what is wrong.</summary>
    /// <param name="source">Where the profile was read from: a file, a blob, <c>built in</c>.</param>
    /// <param name="field">The field at fault, or <see langword="null"/> if the whole profile is.</param>
    /// <param name="problem">What is wrong with it and what is allowed, as the rest of a sentence.</param>
    /// <param name="inner">The JSON reader's exception, if there was one.</param>
    public static InputException Of(string source, string? field, string problem, Exception? inner = null) => new(
        new FaultLocation($"Profile {source}", Parameter: "profile", Field: field),
        field is null ? Short(problem, 1200) : $"\"{Short(field, 60)}\" {Short(problem, 1200)}",
        inner: inner);

    /// <summary>What a profile holds can be of any length; a message repeats only the beginning.</summary>
    private static string Short(string text, int most) => text.Length > most ? text[..most] + "…" : text;
}
