//! Networks and latent tools, in one program so that it links once.

mod cppn;
mod latent_directions;
mod latent_ways;
mod registry;
mod restyle;
mod shipped;
mod stylegan2;
mod toy;
