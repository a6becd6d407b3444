using System.Collections.Immutable;

namespace MedQA.Pipeline.Notifying;

/// <summary>Where notices of ended runs may be sent, and how they are signed. Runs name an address; its URL is known only here.</summary>
public sealed record NoticeOptions
{
    /// <summary>The name of the address for runs that name none.</summary>
    public const string DefaultName = "default";

    /// <summary>What a run names to have no notice sent.</summary>
    public const string None = "none";

    /// <summary>The most characters of an address's name.</summary>
    public const int MaxNameLength = 40;

    private const string SecretPrefix = "whsec_";
    private const int LeastSecretBytes = 24;
    private const int MostSecretBytes = 64;

    /// <summary>The addresses.</summary>
    public ImmutableArray<NoticeAddress> Addresses { get; init; } = [];

    /// <summary>The keys of the signatures. Every notice has one signature per key, so that receivers can change to a new one.</summary>
    public ImmutableArray<ImmutableArray<byte>> Secrets { get; init; } = [];

    /// <summary>The setting with the addresses, for messages.</summary>
    public string Setting { get; init; } = "MEDQA_NOTICES";

    /// <summary>The public address of the service, for links to runs; <see langword="null"/> if it has none.</summary>
    public Uri? Service { get; init; }

    /// <summary>Returns the address of a name; <see langword="null"/> if there is none.</summary>
    public NoticeAddress? Find(string name) => Addresses.FirstOrDefault(address => address.Name == name);

    /// <summary>Reads addresses: <c>NAME=URL</c>, or one URL without a name for all runs that name none, separated by spaces.</summary>
    /// <exception cref="FormatException">They cannot be used. The message is the end of a sentence and contains no URL.</exception>
    public static ImmutableArray<NoticeAddress> ReadAddresses(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<NoticeAddress> addresses = [.. Parts(text).Select(ReadAddress)];
        return addresses.GroupBy(static address => address.Name).FirstOrDefault(static same => same.Count() > 1) is { Key: var twice }
            ? throw new FormatException($"has two addresses for the name '{twice}'.")
            : addresses;
    }

    /// <summary>Reads the secrets of Standard Webhooks, separated by spaces.</summary>
    /// <exception cref="FormatException">They cannot be used. The message is the end of a sentence and contains no secret.</exception>
    public static ImmutableArray<ImmutableArray<byte>> ReadSecrets(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Parts(text).Select(ReadSecret)];
    }

    private static string[] Parts(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static NoticeAddress ReadAddress(string part)
    {
        var (name, url) = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var end && IsName(part[..end])
            ? (part[..end], part[(end + 1)..])
            : (DefaultName, part);
        if (name == None)
        {
            throw new FormatException($"has an address with the name '{None}', with which a run asks for no notice.");
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.UserInfo.Length == 0
            && address.Fragment.Length == 0
                ? new NoticeAddress(name, address)
                : throw new FormatException(
                    $"has an address for the name '{name}' that cannot be used. Addresses are written as NAME=URL and separated by spaces; "
                        + $"names have at most {MaxNameLength} lowercase letters, digits and hyphens, and URLs begin with https:// (on "
                        + "this machine also http://) and have no user name, password or fragment.");
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength
        && text.All(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static ImmutableArray<byte> ReadSecret(string part)
    {
        var key = new byte[MostSecretBytes];
        return part.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(part[SecretPrefix.Length..], key, out var length)
            && length >= LeastSecretBytes
                ? [.. key.AsSpan(0, length)]
                : throw new FormatException(
                    $"must be {SecretPrefix} and the base64 of {LeastSecretBytes} to {MostSecretBytes} random bytes. During a change it "
                        + "can be two such secrets, separated by a space.");
    }
}
