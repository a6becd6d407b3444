using System.Globalization;
using MedQA.Evaluation;
using Microsoft.Extensions.Configuration;

namespace MedQA.Functions.Hosting;

/// <summary>The settings of a Functions app, read with messages that name them.</summary>
/// <param name="configuration">Where they come from: environment variables in Azure.</param>
internal sealed class AppSettings(IConfiguration configuration)
{
    /// <summary>A setting that may be missing or empty: both are <see langword="null"/>.</summary>
    /// <param name="name">Its name, with <c>__</c> between its parts.</param>
    public string? Find(string name) => configuration[KeyOf(name)] is { Length: > 0 } value ? value : null;

    /// <summary>Whether a setting is there, or one whose name begins with it and <c>__</c>.</summary>
    /// <param name="name">Its name, with <c>__</c> between its parts.</param>
    public bool Contains(string name) => configuration.GetSection(KeyOf(name)).Exists();

    /// <summary>A setting that must be there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="meaning">What it says, for the message.</param>
    /// <exception cref="InputException">It is missing.</exception>
    public string Get(string name, string meaning) => Find(name) ?? throw Fault(name, $"is missing; set it to {meaning}.");

    /// <summary>A setting of a kind, or <see langword="null"/> where it is missing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wanted">What it must be, for the message.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public T? Find<T>(string name, string wanted)
        where T : struct, IParsable<T> => Find(name) switch
        {
            null => null,
            var text when T.TryParse(text, CultureInfo.InvariantCulture, out var value) => value,
            var text => throw Fault(name, $"is '{text}', but must be {wanted}."),
        };

    /// <summary>A setting that is one of the names of a kind, or <see langword="null"/> where it is missing.</summary>
    /// <exception cref="InputException">It is none of them.</exception>
    public T? FindName<T>(string name)
        where T : struct, Enum => Find(name) switch
        {
            null => null,
            var text
                when Enum.GetValues<T>().Where(known => known.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray()
                    is [var known] => known,
            var text => throw Fault(name, $"is '{text}', but must be one of {string.Join(", ", Enum.GetNames<T>())}."),
        };

    /// <summary>An address, which must be there.</summary>
    /// <exception cref="InputException">It is missing or no address.</exception>
    public Uri GetAddress(string name, string meaning) =>
        Get(name, meaning) is var text && Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw Fault(name, $"is '{text}', but must be an https address.");

    /// <summary>That a setting cannot be used: the sentence names it as it stands among the app's settings.</summary>
    /// <param name="setting">Its name, with <c>__</c> between its parts.</param>
    /// <param name="problem">The rest of the sentence.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public static InputException Fault(string setting, string problem, Exception? inner = null) =>
        InputException.Of($"App setting {setting}", problem, inner);

    private static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
