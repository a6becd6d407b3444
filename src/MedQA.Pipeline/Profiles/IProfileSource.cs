using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;

namespace MedQA.Pipeline.Profiles;

/// <summary>Where a host's profiles come from: built in, from files, or both.</summary>
public interface IProfileSource
{
    /// <summary>The names of all profiles, in the order in which people should see them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">There is a file of that name and it holds no usable profile.</exception>
    Profile? Find(string name);

    /// <summary>
    /// Every profile that can be used, in the order of <see cref="Names"/>. A file that holds none keeps none of the others away.
    /// </summary>
    /// <param name="unusable">Is told of each of those, which names its file.</param>
    IReadOnlyList<Profile> All(Action<InputException> unusable)
    {
        ArgumentNullException.ThrowIfNull(unusable);
        var profiles = new List<Profile>();
        foreach (var name in Names)
        {
            try
            {
                if (Find(name) is { } profile)
                {
                    profiles.Add(profile);
                }
            }
            catch (InputException exception)
            {
                unusable(exception);
            }
        }

        return profiles;
    }
}
